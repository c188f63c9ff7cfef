"""The direct writer over the real PostgreSQL."""

import asyncio
import os
import signal
import time
from collections.abc import AsyncIterator

import psycopg
import pytest

from telemetry.core.outcomes import Outcome
from telemetry.core.ports import Unavailable
from telemetry.core.postgres.lane import APPLICATION
from telemetry.core.postgres.partition_plan import DAY
from telemetry.core.postgres.schema import migrate
from telemetry.core.postgres.writer import LANES, PostgresWriter
from telemetry_contract.readings import Reading
from tests.support.books import Books
from tests.support.waiting import wait_until_async

RETENTION = 10 * DAY
SECONDS = 2.0
NOW = time.time_ns() // 1000


def reading(device: str = "pump-1", at: int = 0, **metrics: float | str) -> Reading:
    return Reading(device, NOW + at, dict(metrics) or {"n": 1}, "id")


@pytest.fixture
def books(database_url: str) -> Books:
    migrate(database_url)
    return Books(database_url)


@pytest.fixture
async def writer(books: Books) -> AsyncIterator[PostgresWriter]:
    opened = PostgresWriter(books.url, retention=RETENTION, seconds=SECONDS)
    await opened.until_up()
    yield opened
    await opened.close()


def backends(books: Books) -> list[int]:
    """Return PostgreSQL's processes behind the writer."""
    query = "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND application_name = "
    return [pid for (pid,) in books.query(f"{query}'{APPLICATION}'")]


async def write_all(writer: PostgresWriter, *readings: Reading) -> list[Outcome]:
    """Write readings as requests of their own, all at the same time."""
    return [outcome for found in await asyncio.gather(*(writer.write([it]) for it in readings)) for outcome in found]


async def test_requests_that_come_together_are_committed_together(writer: PostgresWriter, books: Books) -> None:
    readings = [reading(f"pump-{number}") for number in range(50)]
    assert await write_all(writer, *readings) == [Outcome.STORED] * 50
    assert books.query("SELECT count(*), count(DISTINCT xmin::text) FROM readings") == [(50, 1)]


async def test_a_partition_that_is_missing_is_made(writer: PostgresWriter, books: Books) -> None:
    assert await write_all(writer, reading(at=-3 * DAY)) == [Outcome.STORED]
    assert len(books.stored()) == 1


async def test_each_request_learns_what_became_of_its_own_readings(writer: PostgresWriter) -> None:
    await writer.write([reading("known", t=1)])
    found = await asyncio.gather(
        writer.write([reading("known", t=1), reading("new")]),
        writer.write([reading("known", t=2)]),
        writer.write([reading(at=-11 * DAY), reading("other")]),
    )
    assert list(found) == [
        [Outcome.DUPLICATE, Outcome.STORED],
        [Outcome.CONFLICT],
        [Outcome.EXPIRED, Outcome.STORED],
    ]


async def test_of_two_contents_at_the_same_time_one_is_stored(writer: PostgresWriter, books: Books) -> None:
    assert await write_all(writer, reading(t=1), reading(t=2)) == [Outcome.STORED, Outcome.CONFLICT]
    assert len(books.stored()) == 1


async def test_a_reading_that_postgres_refuses_fails_alone(writer: PostgresWriter, books: Books) -> None:
    good = [reading(f"pump-{number}") for number in range(20)]
    refused = reading("bad", state="NUL \0 is no text of PostgreSQL")
    outcomes = await write_all(writer, *good[:13], refused, *good[13:])
    assert outcomes == [Outcome.STORED] * 13 + [Outcome.DEAD] + [Outcome.STORED] * 7
    assert len(books.stored()) == 20


async def test_rows_that_another_holds_for_too_long_cost_a_503_and_no_more(
    writer: PostgresWriter, books: Books
) -> None:
    await writer.write([reading()])
    with psycopg.connect(books.url) as other:
        other.execute("LOCK TABLE readings IN ACCESS EXCLUSIVE MODE")
        with pytest.raises(Unavailable):
            await writer.write([reading(at=1)])
    assert await writer.write([reading(at=1)]) == [Outcome.STORED]


async def test_a_connection_that_died_idle_is_noticed_before_it_is_used(writer: PostgresWriter, books: Books) -> None:
    await writer.write([reading()])
    for lane in writer._lanes:
        lane.distrust()
    for pid in backends(books):
        os.kill(pid, signal.SIGTERM)
    assert await writer.write([reading(at=1)]) == [Outcome.STORED]


async def test_a_server_that_stands_still_is_left_after_the_deadline(writer: PostgresWriter, books: Books) -> None:
    await write_all(writer, reading())
    stopped = backends(books)
    for pid in stopped:
        os.kill(pid, signal.SIGSTOP)
    try:
        with pytest.raises(Unavailable):
            await writer.write([reading(at=1)])
        with pytest.raises(Unavailable, match="away"):
            await writer.write([reading(at=1)])

        async def is_back() -> bool:
            return not writer._circuit.away

        await wait_until_async(is_back, what="new connections are made")
        assert await writer.write([reading(at=1)]) == [Outcome.STORED]
        assert len(writer._free) == LANES, "no thread waits for what will not answer"
    finally:
        for pid in stopped:
            os.kill(pid, signal.SIGCONT)
