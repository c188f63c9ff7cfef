"""The durable sink: readings, dead letters, ledger and offsets of a batch in one transaction of PostgreSQL.

What stands in a batch's way is met by `core.postgres.attempts`; what passes by itself is for the loop to wait on.
"""

import time
from collections.abc import Callable, Sequence
from functools import partial
from typing import Final
from uuid import UUID

import psycopg

from telemetry.consumer.batches import Batch, Span
from telemetry.consumer.closing import ClosedSpan, close_spans
from telemetry.consumer.erasing import judge_in_turn
from telemetry.consumer.sink import SinkAwayError, StalePositionError
from telemetry.core.postgres.attempts import Connection, Store, attempt, judge
from telemetry.core.postgres.connecting import connect
from telemetry.core.postgres.erasing import erase_device, thin_out
from telemetry.core.postgres.ledger import Counts, StaleOffsetError, advance, bury, hold_offset, open_partitions
from telemetry.core.postgres.partition_plan import Bounds
from telemetry_contract.identity import Identified

APPLICATION: Final = "telemetry-consumer"
SLOT: Final = 0  # a device's readings are all in one partition, so consumers never meet at one device's counts

# A consumer that is stopped in the middle of a transaction must not hold its rows until somebody looks.
SESSION: Final = "SET idle_in_transaction_session_timeout = '5s'; SET transaction_timeout = '60s'"


class PostgresSink:
    """Keeps one connection, made anew when it breaks."""

    def __init__(self, url: str, retention: int, *, clock: Callable[[], int] = lambda: time.time_ns() // 1000) -> None:
        """Take the address, and retention and clock in microseconds; nothing is connected yet."""
        self._url = url
        self._retention = retention
        self._clock = clock
        self._connection: Connection | None = None

    def positions(self, topic: UUID, partitions: Sequence[int]) -> dict[int, int]:
        try:
            connection = self._connected()
            with connection.transaction():
                return open_partitions(connection, topic, partitions)
        except psycopg.Error as error:
            raise self._away(error) from error

    def apply(self, batch: Batch) -> Counts:
        try:
            return self._apply(self._connected(), batch)
        except StaleOffsetError as error:
            raise StalePositionError(str(error)) from error
        except psycopg.Error as error:
            raise self._away(error) from error

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _connected(self) -> Connection:
        if self._connection is None or self._connection.closed:
            self._connection = connect(self._url, application=APPLICATION, autocommit=True)
            self._connection.execute(SESSION)
        return self._connection

    def _away(self, error: psycopg.Error) -> SinkAwayError:
        if self._connection is not None and self._connection.broken:
            self.close()
        return SinkAwayError(" ".join(str(error).split()) or type(error).__name__)

    def _apply(self, connection: Connection, batch: Batch) -> Counts:
        rows = [row for span in batch.spans for row in span.rows]
        for span in batch.spans:
            for erased in span.erased:
                thin_out(connection, erased.order.device, partial(hold, batch.topic, span))
        return attempt(
            connection,
            rows,
            lambda within, store: apply_batch(connection, batch, rows, within, store),
            retention=self._retention,
            clock=self._clock,
        )


def apply_batch(
    connection: Connection, batch: Batch, rows: Sequence[Identified], within: Bounds, store: Store
) -> Counts:
    """Write a batch, whose rows these are, in one transaction, by `store`.

    Raises:
        StaleOffsetError: another consumer moved an offset; nothing is written.
        psycopg.Error: nothing is written.
    """
    total = Counts()
    with connection.transaction():
        outcomes, reasons = judge_in_turn(
            batch,
            rows,
            lambda some: judge(connection, some, SLOT, within, store),
            lambda erased: erase_device(connection, erased.order.device, erased.order.ordered),
        )
        for closed in close_spans(batch, outcomes, reasons):
            _account(connection, batch.topic, closed)
            total += closed.counts
    return total


def hold(topic: UUID, span: Span, connection: Connection) -> None:
    """Keep others from moving a span's offset until the transaction ends; `StaleOffsetError` if one has."""
    hold_offset(connection, topic, span.partition, span.first)


def _account(connection: Connection, topic: UUID, closed: ClosedSpan) -> None:
    """Bury what is dead, write the ledger and move the offset."""
    span = closed.span
    bury(connection, topic, span.partition, closed.letters)
    advance(connection, topic, span.partition, previous=span.first, following=span.following, counts=closed.counts)
