import threading
from typing import Any

import psycopg
import pytest
from psycopg import errors

from telemetry.core.outcomes import Outcome
from telemetry.core.postgres.connecting import connect
from telemetry.core.postgres.partition_plan import DAY, HOUR, Span, bounds
from telemetry.core.postgres.partitions import (
    KEEPING_LOCK,
    ensure_partitions,
    existing_partitions,
    keep_partitions,
    maintain_partitions,
)
from tests.integration.postgres.building import NOW, RETENTION, SECOND, reading, store
from tests.support.waiting import wait_until

Connection = psycopg.Connection[Any]
TODAY = NOW // DAY * DAY
WITHIN = bounds(NOW, RETENTION)


def ensure(connection: Connection, *times: int) -> list[Span]:
    return ensure_partitions(connection, times, within=WITHIN, retention=RETENTION)


def tables(connection: Connection) -> list[str]:
    query = "SELECT tablename FROM pg_tables WHERE tablename LIKE 'readings\\_%' ORDER BY 1"
    return [name for (name,) in connection.execute(query)]


def test_partitions_are_made_ahead(connection: Connection) -> None:
    assert existing_partitions(connection) == [Span(TODAY + n * DAY, TODAY + (n + 1) * DAY) for n in range(3)]


def test_a_missing_partition_is_made_for_a_late_reading(connection: Connection) -> None:
    late = reading(at=-3 * DAY)
    assert ensure(connection, late.reading.time) == [Span(TODAY - 3 * DAY, TODAY - 2 * DAY)]
    assert store(connection, late) == [Outcome.STORED]


def test_times_out_of_bounds_make_no_partitions(connection: Connection) -> None:
    assert ensure(connection, NOW - RETENTION, NOW + 3 * DAY, NOW + 10_000 * DAY) == []


def test_writers_that_miss_the_same_partition_make_it_once(connection: Connection, migrated_url: str) -> None:
    made: list[Span] = []

    def work() -> None:
        with connect(migrated_url, application="test", autocommit=True) as own:
            made.extend(ensure(own, NOW - 2 * DAY))

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert made == [Span(TODAY - 2 * DAY, TODAY - DAY)]


def test_narrower_partitions_are_made_beside_wider_ones(connection: Connection) -> None:
    made = ensure_partitions(connection, [TODAY - HOUR, NOW], within=WITHIN, retention=DAY)
    assert made == [Span(TODAY - HOUR, TODAY)]


def test_a_partition_past_retention_is_dropped_with_its_counts_and_latest(connection: Connection) -> None:
    store(connection, reading("old", at=0), reading("alive", at=0), reading("alive", at=DAY))
    assert maintain_partitions(connection, now=TODAY + RETENTION + DAY, retention=RETENTION)
    assert "readings_2026031000" not in tables(connection)
    query = "SELECT device, partition FROM device_counts"
    assert connection.execute(query).fetchall() == [("alive", "readings_2026031100")]
    assert connection.execute("SELECT device FROM latest").fetchall() == [("alive",)]


def test_a_partition_that_still_holds_a_wanted_time_stays(connection: Connection) -> None:
    maintain_partitions(connection, now=TODAY + RETENTION + DAY - 1, retention=RETENTION)
    assert "readings_2026031000" in tables(connection)


def test_an_interrupted_detach_is_finished(connection: Connection, migrated_url: str) -> None:
    later = TODAY + RETENTION + DAY
    with connect(migrated_url, application="test") as reader:
        reader.execute("SELECT count(*) FROM readings")
        connection.execute("SET lock_timeout = '200ms'")
        with pytest.raises(errors.LockNotAvailable):
            maintain_partitions(connection, now=later, retention=RETENTION)
    maintain_partitions(connection, now=later, retention=RETENTION)
    assert "readings_2026031000" not in tables(connection)


def test_a_table_detached_but_not_dropped_is_dropped_in_the_next_round(connection: Connection) -> None:
    connection.execute("ALTER TABLE readings DETACH PARTITION readings_2026031000")
    maintain_partitions(connection, now=TODAY + RETENTION + DAY, retention=RETENTION)
    assert "readings_2026031000" not in tables(connection)


def test_one_writer_maintains_at_a_time(connection: Connection, migrated_url: str) -> None:
    with connect(migrated_url, application="test", autocommit=True) as other:
        other.execute("SELECT pg_advisory_lock(%s)", [KEEPING_LOCK])
        assert not maintain_partitions(connection, now=NOW, retention=RETENTION)
    wait_until(lambda: maintain_partitions(connection, now=NOW, retention=RETENTION), what="the lock is free again")


def test_the_keeper_makes_todays_partition_and_stops_when_told(migrated_url: str) -> None:
    stop = threading.Event()
    keeper = threading.Thread(target=keep_partitions, args=(migrated_url, RETENTION, stop))
    keeper.start()
    with connect(migrated_url, application="test", autocommit=True) as connection:
        wait_until(lambda: len(existing_partitions(connection)) >= 3, what="partitions are made")
    stop.set()
    keeper.join(30)
    assert not keeper.is_alive()


def test_the_keeper_outlives_a_database_that_is_away() -> None:
    stop = threading.Event()
    stop.set()
    keep_partitions("postgresql://127.0.0.1:1/nothing", RETENTION, stop)


def test_readings_flow_while_a_partition_is_detached(connection: Connection, migrated_url: str) -> None:
    store(connection, reading(at=DAY))
    with connect(migrated_url, application="test") as writer:
        writer.execute("SELECT 1 FROM latest LIMIT 1")
        maintain_partitions(connection, now=TODAY + RETENTION + DAY, retention=RETENTION)
        assert store(writer, reading(at=DAY + SECOND)) == [Outcome.STORED]
