"""A store in memory and PostgreSQL answer the same to the same stream, in whatever order and groups it comes."""

import asyncio
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from telemetry.core.memory.ledger import MemoryLedger
from telemetry.core.memory.reader import MemoryReader
from telemetry.core.memory.store import MemoryStore
from telemetry.core.outcomes import Outcome
from telemetry.core.ports import AggregateQuery, Order, Position, Reader, ReadingQuery, TimeRange
from telemetry.core.postgres.connecting import connect
from telemetry.core.postgres.partition_plan import DAY
from telemetry.core.postgres.partitions import maintain_partitions
from telemetry.core.postgres.reader import PostgresReader, make_pool
from telemetry.core.postgres.schema import migrate
from telemetry.core.postgres.store import store_readings
from telemetry_contract.identity import Identified, identify
from telemetry_contract.readings import Reading
from telemetry_contract.times import parse_time
from tests.unit.core.memory.building import SECOND, put

NOW = parse_time("2026-03-10T12:00:00Z")
VALUES = st.integers(-5, 5) | st.floats(-1e6, 1e6).map(lambda value: round(value, 6)) | st.booleans() | st.text("ab")
READINGS = st.builds(
    lambda device, second, metrics, name: identify(Reading(device, NOW + second * SECOND, metrics, name)),
    st.sampled_from(["_probe", "pump-1", "pump-2"]),
    st.integers(0, 4),
    st.dictionaries(st.sampled_from("abc"), VALUES, min_size=1),
    st.sampled_from([None, "x"]),
)


@pytest.fixture
def database(database_url: str) -> Iterator[tuple[str, psycopg.Connection[Any]]]:
    migrate(database_url)
    with connect(database_url, application="test", autocommit=True) as connection:
        maintain_partitions(connection, now=NOW, retention=10 * DAY)
        yield database_url, connection


async def everything(reader: Reader, rows: list[Identified]) -> list[object]:
    """Ask all that may be asked."""
    first = rows[0]
    after = Position(first.reading.time, first.reading.device, first.identity)
    devices = ["_probe", "pump-1"]
    answers: list[Any] = [
        await reader.devices(after=None, limit=9),
        await reader.device("pump-1"),
        await reader.latest(devices),
        await reader.digest([], TimeRange()),
        await reader.digest(devices, TimeRange(NOW + SECOND, NOW + 3 * SECOND)),
        await reader.aggregate(AggregateQuery("pump-1", ("a", "b"), NOW, NOW + 4 * SECOND, 2 * SECOND, 100)),
    ]
    for order in Order:
        answers += [
            await reader.readings(ReadingQuery(4, order=order, after=after)),
            await reader.readings(ReadingQuery(4, ("pump-2", "_probe"), ("a",), TimeRange(NOW + SECOND), order)),
            await reader.export(ReadingQuery(30, order=order)),
        ]
    return [answer.value for answer in answers]


async def ask_postgres(url: str, rows: list[Identified]) -> list[object]:
    async with make_pool(url, 1) as pool:
        return await everything(PostgresReader(pool), rows)


async def ask_memory(store: MemoryStore, rows: list[Identified]) -> list[object]:
    return await everything(MemoryReader(store, MemoryLedger()), rows)


def write(connection: psycopg.Connection[Any], batch: list[Identified]) -> list[Outcome]:
    with connection.transaction():
        return store_readings(connection, batch, 0)


def identified(second: int, value: float) -> Identified:
    return identify(Reading("pump-1", NOW + second * SECOND, {"a": value}, None))


# A mean whose last bit differs with what is added up: the doubles, or what they say in decimal.
@example([[identified(0, 129900), identified(1, 394388.253906)]])
@settings(deadline=None, max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.lists(READINGS, min_size=1, max_size=8), min_size=1, max_size=4))
def test_both_stores_say_the_same(
    database: tuple[str, psycopg.Connection[Any]], batches: list[list[Identified]]
) -> None:
    url, connection = database
    connection.execute("TRUNCATE readings, latest, device_counts")
    store = MemoryStore()
    for batch in batches:
        assert put(store, *batch) == write(connection, batch)
    rows = [row for batch in batches for row in batch]
    assert asyncio.run(ask_memory(store, rows)) == asyncio.run(ask_postgres(url, rows))
