"""Erasing beside writers that store readings of the same device all the while."""

import asyncio
import threading
from typing import Any

import psycopg
import pytest

from telemetry.core.ports import Unavailable
from telemetry.core.postgres import erasing
from telemetry.core.postgres.connecting import connect
from telemetry.core.postgres.eraser import PostgresEraser
from tests.integration.postgres.building import NOW, reading, store

Connection = psycopg.Connection[Any]


async def test_a_device_is_erased_at_once(connection: Connection, migrated_url: str) -> None:
    store(connection, reading(), reading("pump-2"))
    await PostgresEraser(migrated_url).erase("pump-1", NOW)
    await PostgresEraser(migrated_url).erase("pump-1", NOW - 5)
    assert connection.execute("SELECT device FROM readings").fetchall() == [("pump-2",)]
    kept = connection.execute("SELECT device, (extract(epoch FROM up_to) * 1000000)::bigint FROM erasures").fetchall()
    assert kept == [("pump-1", NOW)]


async def test_whole_readings_go_or_stay_with_their_counts(
    connection: Connection, migrated_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(erasing, "STEP", 50)
    stop = threading.Event()
    stored: list[int] = []

    def write(slot: int) -> None:
        with connect(migrated_url, application="test", autocommit=True) as own:
            while not stop.is_set():
                stored.append(1)
                store(own, *[reading(at=len(stored) * 100 + slot * 50 + n) for n in range(10)], slot=slot)

    writers = [threading.Thread(target=write, args=(slot,)) for slot in range(2)]
    for writer in writers:
        writer.start()
    eraser = PostgresEraser(migrated_url)
    try:
        for _ in range(10):
            await eraser.erase("pump-1", NOW)
            await asyncio.sleep(0.02)
    finally:
        stop.set()
        for writer in writers:
            writer.join()
    counts = "SELECT coalesce(sum(readings), 0)::integer FROM device_counts"
    assert connection.execute(counts).fetchone() == connection.execute("SELECT count(*) FROM readings").fetchone()
    assert len(stored) > 20


async def test_a_database_that_is_away_is_unavailable() -> None:
    with pytest.raises(Unavailable, match="did not erase"):
        await PostgresEraser("postgresql://127.0.0.1:1/nothing").erase("pump-1", NOW)


def test_a_devices_dead_letters_come_from_an_index(connection: Connection) -> None:
    connection.execute("SET enable_seqscan = off")
    plan = connection.execute("EXPLAIN " + erasing.TRACES[-1], {"key": b"pump-1"}).fetchall()
    assert "dead_letters_by_key" in str(plan)
