"""Readings for the tests of PostgreSQL, and the way to store some."""

from collections.abc import Sequence
from typing import Any, Final

import psycopg

from telemetry.core.outcomes import Outcome
from telemetry.core.postgres.partition_plan import DAY
from telemetry.core.postgres.store import store_readings
from telemetry_contract.identity import Identified, identify
from telemetry_contract.readings import Reading, Value
from telemetry_contract.times import parse_time

NOW: Final = parse_time("2026-03-10T12:00:00Z")
RETENTION: Final = 10 * DAY
SECOND: Final = 1_000_000


def reading(device: str = "pump-1", at: int = 0, *, id: str | None = None, **metrics: Value) -> Identified:  # noqa: A002 - the reading's own name for it
    """Build a reading `at` microseconds after NOW, of one metric unless told otherwise."""
    return identify(Reading(device, NOW + at, metrics or {"temperature": 21.5}, id))


def store(connection: psycopg.Connection[Any], *rows: Identified, slot: int = 0) -> list[Outcome]:
    with connection.transaction():
        return store_readings(connection, rows, slot)


def store_in_batches(connection: psycopg.Connection[Any], batches: Sequence[Sequence[Identified]]) -> list[Outcome]:
    return [outcome for slot, batch in enumerate(batches) for outcome in store(connection, *batch, slot=slot % 2)]
