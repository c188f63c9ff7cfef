"""Analytics as a process over a migrated database of the test's own, with or without Redis."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from telemetry.core.postgres.connecting import connect
from telemetry.core.postgres.partition_plan import DAY
from telemetry.core.postgres.partitions import maintain_partitions
from telemetry.core.postgres.schema import migrate
from telemetry.core.postgres.store import store_readings
from telemetry_contract.identity import identify
from telemetry_contract.readings import Reading, Value
from telemetry_contract.settings import Component
from tests.support.platform import RunningPlatform

Put = Callable[..., None]
Start = Callable[..., RunningPlatform]


class Table:
    """The readings table, written to behind analytics' back."""

    def __init__(self, connection: psycopg.Connection[Any]) -> None:
        self._connection = connection
        self.now = time.time_ns() // 1000

    def put(self, device: str, at: int = 0, **metrics: Value) -> Reading:
        """Store a reading `at` microseconds after the test's beginning."""
        reading = Reading(device, self.now + at, metrics)
        self.put_many([reading])
        return reading

    def put_many(self, readings: list[Reading]) -> None:
        rows = sorted(map(identify, readings), key=lambda row: (row.reading.device, row.reading.time, row.identity))
        with self._connection.transaction():
            store_readings(self._connection, rows, 0)


@pytest.fixture
def table(database_url: str) -> Iterator[Table]:
    migrate(database_url)
    with connect(database_url, application="test", autocommit=True) as connection:
        table = Table(connection)
        maintain_partitions(connection, now=table.now, retention=10 * DAY)
        yield table


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Start analytics over a database, and over Redis if its address is given."""
    started: list[RunningPlatform] = []

    def start_analytics(postgres_url: str, redis_url: str | None = None, ttl: str = "1s") -> RunningPlatform:
        spec = {"architecture": "redis" if redis_url else "baseline", "cache": {"ttl": ttl}}
        directory = tmp_path / f"platform-{len(started)}"
        platform = RunningPlatform(spec, directory, name="p", postgres_url=postgres_url, redis_url=redis_url)
        started.append(platform)
        platform.process(Component.ANALYTICS).start().until_ready()
        return platform

    yield start_analytics
    for platform in started:
        platform.stop()
