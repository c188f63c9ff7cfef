"""The Reader over PostgreSQL: questions about what is stored, over a pool of asynchronous connections."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any, Final
from uuid import UUID

import msgspec
import psycopg
from psycopg import AsyncConnection, AsyncCursor, errors, sql
from psycopg_pool import AsyncConnectionPool, PoolClosed, PoolTimeout, TooManyRequests

from telemetry.core.aggregation import SummedBucket
from telemetry.core.dead_letters import KeptLetter, LetterPlace, LetterQuery
from telemetry.core.ports import (
    AggregateQuery,
    KeptReading,
    NoRoom,
    Position,
    ReadingQuery,
    Saturated,
    Snapshot,
    TimeRange,
    Unavailable,
)
from telemetry.core.postgres import dead_letters, queries
from telemetry.core.postgres.aggregates import ask_aggregate
from telemetry.core.postgres.binary import texts
from telemetry.core.postgres.connecting import CONNECT_SECONDS, SESSION
from telemetry.core.postgres.ledger import Counts, balanced
from telemetry.core.postgres.loading import load_latest, load_metrics, register_loaders
from telemetry_contract.api import DeviceSummary, Integrity, Latest, PartitionLedger, Stats, StoredReading
from telemetry_contract.identity import MODULUS, Digest
from telemetry_contract.readings import Reading, Value
from telemetry_contract.times import format_time

Row = tuple[Any, ...]
Pool = AsyncConnectionPool[AsyncConnection[Row]]

WAIT_SECONDS: Final = 2.0  # for a connection of the pool
WAITING_PER_CONNECTION: Final = 64
RECONNECT_SECONDS: Final = 3.0  # then the next request begins anew; the pauses in between double, and would outlast it


def make_pool(url: str, connections: int) -> Pool:
    """Make a pool that is not open yet; opening it does not wait for PostgreSQL."""
    return AsyncConnectionPool(
        url,
        min_size=min(2, connections),
        max_size=connections,
        max_waiting=connections * WAITING_PER_CONNECTION,
        timeout=WAIT_SECONDS,
        reconnect_timeout=RECONNECT_SECONDS,
        open=False,
        configure=_configure,
        kwargs={"autocommit": True, "connect_timeout": CONNECT_SECONDS, "application_name": "telemetry-reader"},
    )


async def _configure(connection: AsyncConnection[Row]) -> None:
    await connection.execute(SESSION)
    register_loaders(connection)


class PostgresReader:
    """Answers from the tables that `store` and `ledger` write; counts never scan the readings."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def devices(self, *, after: str | None, limit: int) -> Snapshot[list[DeviceSummary]]:
        rows = await self._rows(queries.DEVICES, {"after": after or "", "limit": limit})
        return Snapshot([_summary(row) for row in _found(rows)], rows[0][0])

    async def device(self, device: str) -> Snapshot[DeviceSummary | None]:
        (row,) = await self._rows(queries.DEVICE, {"device": device})
        return Snapshot(None if row[1] is None else _summary(row), row[0])

    async def latest(self, devices: Sequence[str]) -> Snapshot[list[Latest]]:
        rows = await self._rows(queries.LATEST, {"devices": texts(devices)})
        found = [Latest(device, load_latest(*columns)) for _, device, *columns in _found(rows)]
        return Snapshot(found, rows[0][0])

    async def readings(self, query: ReadingQuery) -> Snapshot[list[StoredReading]]:
        rows = await self._rows(*queries.build_readings(query))
        wanted = frozenset(query.metrics)
        return Snapshot([_reading(row, wanted) for row in _found(rows)], rows[0][0])

    async def export(self, query: ReadingQuery) -> Snapshot[list[KeptReading]]:
        rows = await self._rows(*queries.build_export(query))
        wanted = frozenset(query.metrics)
        return Snapshot([_kept(row, wanted) for row in _found(rows)], rows[0][0])

    async def aggregate(self, query: AggregateQuery) -> Snapshot[list[SummedBucket]]:
        async with self._cursor() as cursor:
            return await ask_aggregate(cursor, query)

    async def digest(self, devices: Sequence[str], within: TimeRange) -> Snapshot[Digest]:
        ((as_of, count, *pieces),) = await self._rows(*queries.build_digest(tuple(devices), within))
        total = 0
        for piece in pieces:
            total = (total << 32) + int(piece or 0)
        return Snapshot(Digest(count, total % MODULUS), as_of)

    async def integrity(self) -> Snapshot[Integrity]:
        rows = await self._rows(queries.INTEGRITY)
        as_of, dead_letters = rows[0][:2]
        partitions = [_ledger(*row[2:]) for row in rows if row[2] is not None]
        return Snapshot(Integrity(all(it.balanced for it in partitions), dead_letters, partitions), as_of)

    async def dead_letters(self, query: LetterQuery) -> Snapshot[list[KeptLetter]]:
        rows = await self._rows(*dead_letters.build_letters(query))
        return Snapshot([dead_letters.letter_of(row) for row in _found(rows)], rows[0][0])

    async def dead_letter(self, place: LetterPlace) -> Snapshot[KeptLetter | None]:
        (row,) = await self._rows(dead_letters.LETTER, dead_letters.names_of(place))
        return Snapshot(None if row[1] is None else dead_letters.letter_of(row), row[0])

    async def contents(self, readings: Sequence[Position]) -> Snapshot[dict[bytes, bytes]]:
        rows = await self._rows(dead_letters.CONTENTS, dead_letters.names_of_readings(readings))
        return Snapshot({row[1]: row[2] for row in _found(rows)}, rows[0][0])

    async def stats(self) -> Snapshot[Stats]:
        ((as_of, readings, devices, oldest, newest, storage_bytes),) = await self._rows(queries.STATS)
        return Snapshot(Stats(readings, devices, _text(oldest), _text(newest), storage_bytes), as_of)

    async def _rows(self, statement: str | sql.Composed, names: queries.Names | None = None) -> list[Row]:
        async with self._cursor() as cursor:
            await cursor.execute(statement, names)
            return await cursor.fetchall()

    @asynccontextmanager
    async def _cursor(self) -> AsyncIterator[AsyncCursor[Row]]:
        try:
            async with self._pool.connection() as connection, connection.cursor(binary=True) as cursor:
                yield cursor
        except TooManyRequests as error:
            raise NoRoom("as many questions wait for a connection to PostgreSQL as may") from error
        except PoolTimeout as error:
            raise Saturated("no connection to PostgreSQL became free in time: it is busy or away") from error
        except errors.QueryCanceled as error:
            raise Saturated("PostgreSQL took too long to answer") from error
        except (psycopg.OperationalError, psycopg.InterfaceError, PoolClosed) as error:
            raise Unavailable("PostgreSQL is away") from error
        except errors.UndefinedTable as error:
            raise Unavailable("the database's schema is not there yet") from error


def _found(rows: list[Row]) -> list[Row]:
    return rows if rows[0][1] is not None else []


def _summary(row: Row) -> DeviceSummary:
    _, device, readings, newest = row
    return DeviceSummary(device, readings, format_time(newest))


def _reading(row: Row, wanted: frozenset[str]) -> StoredReading:
    _, time, device, identity, document = row
    return StoredReading(device, format_time(time), _wanted(document, wanted), identity.hex())


def _kept(row: Row, wanted: frozenset[str]) -> KeptReading:
    _, time, device, identity, document, content_hash, client_id = row
    return KeptReading(Reading(device, time, _wanted(document, wanted), client_id), identity, content_hash)


def _wanted(document: bytes, wanted: frozenset[str]) -> dict[str, Value]:
    metrics = load_metrics(document)
    return {name: value for name, value in metrics.items() if name in wanted} if wanted else metrics


def _ledger(topic_id: bytes, partition: int, offsets_passed: int, *columns: int) -> PartitionLedger:
    counts = Counts(*columns)
    return PartitionLedger(
        topic_id=str(UUID(bytes=topic_id)),
        partition=partition,
        offsets_passed=offsets_passed,
        balanced=balanced(offsets_passed, counts),
        **msgspec.structs.asdict(counts),
    )


def _text(microseconds: int | None) -> str | None:
    return None if microseconds is None else format_time(microseconds)
