"""Storing readings whatever stands in the way: who writes calls this, and `store` does the writing.

Bounds of time are checked first. Then a batch is tried whole; a partition of the table that is missing is made; if a
reading is refused for its data, the batch is stored in halves until the culprits stand alone; who met another writer
tries at once again. Every other error is the caller's to wait on.
"""

from collections.abc import Callable, Sequence
from typing import Any, Final, TypeVar

import psycopg

from telemetry.core.outcomes import Outcome
from telemetry.core.postgres.errors import Fault, classify
from telemetry.core.postgres.partition_plan import Bounds, bounds
from telemetry.core.postgres.partitions import ensure_partitions
from telemetry.core.postgres.store import store_readings
from telemetry.core.verdicts import Judged, judge_within
from telemetry_contract.identity import Identified

ATTEMPTS: Final = 4  # whole, with its partitions made, bisected, and one for a meeting with another writer

T = TypeVar("T")
Connection = psycopg.Connection[tuple[Any, ...]]
Store = Callable[[Connection, Sequence[Identified], int], Judged]


def attempt(
    connection: Connection,
    rows: Sequence[Identified],
    apply: Callable[[Bounds, Store], T],
    *,
    retention: int,
    clock: Callable[[], int],
) -> T:
    """Return what `apply` does with the bounds of now and a way to store, tried anew where that may help.

    `rows` are what it stores, outside of any transaction; retention and clock are in microseconds.

    Raises:
        psycopg.Error: nothing that can be mended here; nothing is written, but for a part of a bisected batch.
    """
    store: Store = store_whole
    for _ in range(ATTEMPTS - 1):
        # Without the producer's margin: what was accepted just inside its bounds has time to arrive.
        within = bounds(clock(), retention, margin=0)
        try:
            return apply(within, store)
        except psycopg.Error as error:
            fault = classify(error)
            if fault is Fault.PASSING:
                raise
        if fault is Fault.DATA:
            store = store_bisecting
        elif fault is Fault.MISSING_PARTITION:
            ensure_partitions(connection, [row.reading.time for row in rows], within=within, retention=retention)
    return apply(bounds(clock(), retention, margin=0), store)


def judge(connection: Connection, rows: Sequence[Identified], slot: int, within: Bounds, store: Store) -> Judged:
    """Decide by the bounds of time first, and store the rest."""
    return judge_within(rows, within, lambda rest: store(connection, rest, slot))


def store_whole(connection: Connection, rows: Sequence[Identified], slot: int) -> Judged:
    """Store all readings or none, in a transaction of their own or behind a savepoint in the caller's."""
    with connection.transaction():
        return store_readings(connection, rows, slot), {}


def store_bisecting(connection: Connection, rows: Sequence[Identified], slot: int) -> Judged:
    """Store all readings but those that PostgreSQL refuses for their data; these are dead.

    Outside of a transaction each part is one of its own, which holds no rows while it waits for another writer's.
    """
    try:
        return store_whole(connection, rows, slot)
    except psycopg.Error as error:
        if classify(error) is not Fault.DATA:
            raise
        if len(rows) == 1:
            return [Outcome.DEAD], {0: " ".join(str(error).split())}
    middle = len(rows) // 2
    outcomes, reasons = store_bisecting(connection, rows[:middle], slot)
    more_outcomes, more_reasons = store_bisecting(connection, rows[middle:], slot)
    return outcomes + more_outcomes, reasons | {middle + index: reason for index, reason in more_reasons.items()}
