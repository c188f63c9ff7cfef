"""The durable sink: readings, dead letters, ledger and offsets of a batch in one transaction of PostgreSQL.

A batch is tried whole. If a partition of the table is missing it is made; if a reading is refused for its data, the
batch is tried again in halves, each behind a savepoint, until the culprits stand alone. Every other error is for the
loop to wait on.
"""

import time
from collections.abc import Callable, Sequence
from typing import Any, Final
from uuid import UUID

import psycopg

from telemetry.consumer.batches import Batch, Span
from telemetry.consumer.dead_letters import CONFLICT, letter_of_reading, letter_of_record
from telemetry.consumer.sink import SinkAwayError, StalePositionError
from telemetry.core.outcomes import Outcome
from telemetry.core.postgres.connecting import connect
from telemetry.core.postgres.errors import Fault, classify
from telemetry.core.postgres.ledger import Counts, StaleOffsetError, advance, bury, open_partitions, tally
from telemetry.core.postgres.partition_plan import Bounds, bounds
from telemetry.core.postgres.partitions import ensure_partitions
from telemetry.core.postgres.store import store_readings
from telemetry_contract.identity import Identified

APPLICATION: Final = "telemetry-consumer"
SLOT: Final = 0  # a device's readings are all in one partition, so consumers never meet at one device's counts
ATTEMPTS: Final = 3  # whole, then with its partitions made, then bisected

# A consumer that is stopped in the middle of a transaction must not hold its rows until somebody looks.
SESSION: Final = "SET idle_in_transaction_session_timeout = '5s'; SET transaction_timeout = '60s'"

Connection = psycopg.Connection[tuple[Any, ...]]
Judged = tuple[list[Outcome], dict[int, str]]  # what became of each row, and why where it is dead (by index)
Store = Callable[[Connection, Sequence[Identified]], Judged]


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
        store: Store = store_whole
        for _ in range(ATTEMPTS - 1):
            within = self._bounds()
            try:
                return apply_batch(connection, batch, within, store)
            except psycopg.Error as error:
                fault = classify(error)
                if fault is Fault.PASSING:
                    raise
            if fault is Fault.DATA:
                store = store_bisecting
            else:
                times = [row.reading.time for span in batch.spans for row in span.rows]
                ensure_partitions(connection, times, within=within, retention=self._retention)
        return apply_batch(connection, batch, self._bounds(), store)

    def _bounds(self) -> Bounds:
        # Without the producer's margin: what was accepted just inside its bounds has time to arrive.
        return bounds(self._clock(), self._retention, margin=0)


def apply_batch(connection: Connection, batch: Batch, within: Bounds, store: Store) -> Counts:
    """Write a batch in one transaction, by `store`.

    Raises:
        StaleOffsetError: another consumer moved an offset; nothing is written.
        psycopg.Error: nothing is written.
    """
    rows = [row for span in batch.spans for row in span.rows]
    total = Counts()
    with connection.transaction():
        outcomes, reasons = judge(connection, rows, within, store)
        start = 0
        for span in batch.spans:
            end = start + len(span.rows)
            ours = {index - start: reason for index, reason in reasons.items() if start <= index < end}
            total += _close_span(connection, batch.topic, span, outcomes[start:end], ours)
            start = end
    return total


def judge(connection: Connection, rows: Sequence[Identified], within: Bounds, store: Store) -> Judged:
    """Decide by the bounds of time first, and store the rest."""
    verdicts = [within.verdict(row.reading.time) for row in rows]
    if not any(verdicts):
        return store(connection, rows)
    allowed = [index for index, verdict in enumerate(verdicts) if verdict is None]
    stored, stored_reasons = store(connection, [rows[index] for index in allowed])
    places = dict(zip(allowed, stored, strict=True))
    outcomes = [places[index] if verdict is None else verdict for index, verdict in enumerate(verdicts)]
    reasons = {index: "its time lies in the future" for index, end in enumerate(verdicts) if end is Outcome.DEAD}
    return outcomes, reasons | {allowed[index]: reason for index, reason in stored_reasons.items()}


def store_whole(connection: Connection, rows: Sequence[Identified]) -> Judged:
    return store_readings(connection, rows, SLOT), {}


def store_bisecting(connection: Connection, rows: Sequence[Identified]) -> Judged:
    """Store all readings but those that PostgreSQL refuses for their data; these are dead."""
    try:
        with connection.transaction():
            return store_whole(connection, rows)
    except psycopg.Error as error:
        if classify(error) is not Fault.DATA:
            raise
        if len(rows) == 1:
            return [Outcome.DEAD], {0: " ".join(str(error).split())}
    middle = len(rows) // 2
    outcomes, reasons = store_bisecting(connection, rows[:middle])
    more_outcomes, more_reasons = store_bisecting(connection, rows[middle:])
    return outcomes + more_outcomes, reasons | {middle + index: reason for index, reason in more_reasons.items()}


def _close_span(
    connection: Connection, topic: UUID, span: Span, outcomes: list[Outcome], reasons: dict[int, str]
) -> Counts:
    """Bury what is dead, write the ledger and move the offset."""
    conflicts = {index: CONFLICT for index, outcome in enumerate(outcomes) if outcome is Outcome.CONFLICT}
    letters = [letter_of_reading(span, index, reason) for index, reason in (reasons | conflicts).items()]
    letters += map(letter_of_record, span.undecoded)
    bury(connection, topic, span.partition, letters)
    ends = outcomes + [Outcome.DEAD] * len(span.undecoded)
    counts = tally(ends, records_read=span.records, records_lost=span.lost)
    advance(connection, topic, span.partition, previous=span.first, following=span.following, counts=counts)
    return counts
