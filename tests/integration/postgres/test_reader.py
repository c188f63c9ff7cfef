import asyncio
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
import pytest

from telemetry.core.ports import NoRoom, Order, Position, ReadingQuery, Snapshot, TimeRange, Unavailable
from telemetry.core.postgres.ledger import Counts, DeadLetter, advance, bury, open_partitions
from telemetry.core.postgres.partition_plan import DAY, bounds
from telemetry.core.postgres.partitions import ensure_partitions
from telemetry.core.postgres.reader import PostgresReader, make_pool
from telemetry.core.postgres.schema import migrate
from telemetry_contract.api import DeviceSummary, Latest, LatestValue, StoredReading
from telemetry_contract.identity import Digest, Identified, digest_of, identify
from telemetry_contract.readings import MAX_SAFE_INTEGER, Reading, Value
from telemetry_contract.times import format_time, parse_time
from tests.integration.postgres.building import NOW, RETENTION, SECOND, reading, store
from tests.support.servers import describe_postgres, running
from tests.support.waiting import wait_until_async

Connection = psycopg.Connection[Any]


@pytest.fixture
async def reader(connection: Connection, migrated_url: str) -> AsyncIterator[PostgresReader]:
    async with make_pool(migrated_url, 2) as pool:
        yield PostgresReader(pool)


@pytest.fixture
def fleet(connection: Connection) -> list[Identified]:
    """Three devices over three days, two readings at each time, and a probe; ordered as pages are."""
    ensure_partitions(connection, [NOW - DAY], within=bounds(NOW, RETENTION), retention=RETENTION)
    times = [day * DAY + second * SECOND for day in (-1, 0, 1) for second in range(3)]
    rows = [reading(f"pump-{n}", at, id=id, t=at, n=n) for n in range(3) for at in times for id in "ab"]  # noqa: A001
    store(connection, *rows, reading("_probe", DAY, t=1))
    return sorted(rows, key=lambda row: (row.reading.time, row.reading.device, row.identity))


def identities(rows: Sequence[Identified]) -> list[str]:
    return [row.identity.hex() for row in rows]


async def page(reader: PostgresReader, query: ReadingQuery) -> list[str]:
    return [it.identity for it in (await reader.readings(query)).value]


async def test_an_empty_store_answers_with_nothing_and_its_own_time(reader: PostgresReader) -> None:
    answers: list[Snapshot[Any]] = [
        await reader.devices(after=None, limit=10),
        await reader.device("pump-1"),
        await reader.latest(["pump-1"]),
        await reader.readings(ReadingQuery(limit=10)),
        await reader.readings(ReadingQuery(limit=10, devices=("pump-1",))),
        await reader.digest([], TimeRange()),
        await reader.integrity(),
        await reader.stats(),
    ]
    assert [it.value for it in answers[:6]] == [[], None, [], [], [], Digest()]
    assert answers[6].value.partitions == []
    assert answers[7].value.readings == 0
    assert all(it.as_of > parse_time("2020-01-01T00:00:00Z") for it in answers)


async def test_devices_come_by_id_with_count_and_newest_time(reader: PostgresReader, fleet: list[Identified]) -> None:
    last_seen = format_time(NOW + DAY + 2 * SECOND)
    expected = [DeviceSummary(f"pump-{number}", 18, last_seen) for number in range(3)]
    assert (await reader.devices(after=None, limit=10)).value == expected
    assert (await reader.devices(after="pump-0", limit=1)).value == expected[1:2]
    assert (await reader.device("pump-2")).value == expected[2]


async def test_latest_of_several_devices_leaves_out_the_unknown(
    reader: PostgresReader, fleet: list[Identified]
) -> None:
    answer = await reader.latest(["pump-1", "nobody", "pump-0"])
    assert [it.device for it in answer.value] == ["pump-0", "pump-1"]


async def test_latest_gives_each_metric_its_own_time(reader: PostgresReader, connection: Connection) -> None:
    store(connection, reading(at=0, a=1e300, b=True))
    store(connection, reading(at=SECOND, b="on"))
    expected = {"a": LatestValue(1e300, format_time(NOW)), "b": LatestValue("on", format_time(NOW + SECOND))}
    assert (await reader.latest(["pump-1"])).value == [Latest("pump-1", expected)]


async def test_a_reading_comes_back_as_it_was_sent(reader: PostgresReader, connection: Connection) -> None:
    values: dict[str, Value] = {
        "f": 21.25,
        "i": MAX_SAFE_INTEGER,
        "n": -MAX_SAFE_INTEGER,
        "h": 1e300,
        "s": 5e-324,
        "b": False,
        "t": "ä",
    }
    row = identify(Reading("pump-1", NOW + 1, values))
    store(connection, row)
    (found,) = (await reader.readings(ReadingQuery(limit=1))).value
    assert found == StoredReading("pump-1", format_time(NOW + 1), values, row.identity.hex())
    assert [type(found.metrics[name]) for name in values] == [type(value) for value in values.values()]


@pytest.mark.parametrize("order", Order)
@pytest.mark.parametrize("devices", [(), ("pump-1",), ("pump-2", "pump-0")])
@pytest.mark.parametrize("limit", [1, 5, 100])
async def test_pages_follow_one_another_without_gap_or_repeat(
    reader: PostgresReader, fleet: list[Identified], order: Order, devices: tuple[str, ...], limit: int
) -> None:
    expected = [row for row in fleet if not devices or row.reading.device in devices]
    if order is Order.DESCENDING:
        expected.reverse()
    seen: list[str] = []
    after: Position | None = None
    while found := (await reader.readings(ReadingQuery(limit=limit, devices=devices, order=order, after=after))).value:
        seen += [it.identity for it in found]
        last = found[-1]
        after = Position(parse_time(last.time), last.device, bytes.fromhex(last.identity))
    assert seen == identities(expected)


@pytest.mark.parametrize("devices", [(), ("pump-1",)])
async def test_a_range_is_half_open(reader: PostgresReader, fleet: list[Identified], devices: tuple[str, ...]) -> None:
    within = TimeRange(NOW + SECOND, NOW + DAY)
    expected = [row for row in fleet if NOW + SECOND <= row.reading.time < NOW + DAY]
    found = await page(reader, ReadingQuery(limit=100, devices=devices, range=within))
    assert found == identities([row for row in expected if not devices or row.reading.device in devices])


async def test_a_metric_filter_keeps_readings_that_have_one_and_shows_only_those(
    reader: PostgresReader, connection: Connection
) -> None:
    store(connection, reading(at=0, a=1, b=2), reading(at=1, b=3), reading(at=2, c=4))
    answer = await reader.readings(ReadingQuery(limit=10, metrics=("a", "c")))
    assert [it.metrics for it in answer.value] == [{"a": 1}, {"c": 4}]


async def test_the_digest_is_that_of_the_contract(reader: PostgresReader, fleet: list[Identified]) -> None:
    assert (await reader.digest([], TimeRange())).value == digest_of([row.identity for row in fleet])
    within = TimeRange(NOW, NOW + DAY)
    some = [row for row in fleet if row.reading.device != "pump-0" and NOW <= row.reading.time < NOW + DAY]
    answer = await reader.digest(["pump-1", "pump-2", "_probe"], within)
    assert answer.value == digest_of([row.identity for row in some])


async def test_integrity_shows_each_partitions_ledger(reader: PostgresReader, connection: Connection) -> None:
    open_partitions(connection, UUID(int=7), [0, 1])
    advance(connection, UUID(int=7), 0, previous=0, following=3, counts=Counts(2, 1, 4, stored=3, dead=1))
    bury(connection, UUID(int=7), 0, [DeadLetter(1, 0, "refused", b"")])
    integrity = (await reader.integrity()).value
    assert (integrity.balanced, integrity.dead_letters) == (True, 1)
    assert [(it.partition, it.offsets_passed, it.stored, it.balanced) for it in integrity.partitions] == [
        (0, 3, 3, True),
        (1, 0, 0, True),
    ]


async def test_integrity_tells_a_ledger_that_does_not_balance(reader: PostgresReader, connection: Connection) -> None:
    open_partitions(connection, UUID(int=7), [0])
    advance(connection, UUID(int=7), 0, previous=0, following=3, counts=Counts(2))
    assert not (await reader.integrity()).value.balanced


async def test_stats_leave_out_the_platforms_own_devices(reader: PostgresReader, fleet: list[Identified]) -> None:
    stats = (await reader.stats()).value
    assert (stats.readings, stats.devices) == (len(fleet), 3)
    assert (stats.oldest, stats.newest) == (format_time(NOW - DAY), format_time(NOW + DAY + 2 * SECOND))
    assert stats.storage_bytes > 0


async def test_a_killed_database_is_unavailable_until_it_is_back(tmp_path: Path) -> None:
    with running(describe_postgres(tmp_path), tmp_path) as server:
        migrate(server.address)
        async with make_pool(server.address, 2) as pool:
            reader = PostgresReader(pool)
            await reader.stats()
            server.kill()
            with pytest.raises(Unavailable):
                await reader.stats()
            server.start()
            assert await wait_until_async(lambda: answers(reader), what="the reader answers again", timeout=30)


async def answers(reader: PostgresReader) -> bool:
    try:
        await reader.stats()
    except Unavailable:
        return False
    return True


async def test_latest_of_no_device_is_nothing(reader: PostgresReader) -> None:
    assert (await reader.latest([])).value == []


async def test_no_more_may_wait_for_a_connection_than_some(migrated_url: str) -> None:
    async with make_pool(migrated_url, 1) as pool:
        pool.max_waiting = 1
        reader = PostgresReader(pool)

        async def one_waits() -> bool:
            return pool.get_stats().get("requests_waiting") == 1

        async with pool.connection():
            waiting = asyncio.ensure_future(reader.stats())
            await wait_until_async(one_waits, what="a question waits for the connection")
            with pytest.raises(NoRoom):
                await reader.stats()
        await waiting


async def test_a_database_that_is_away_is_unavailable() -> None:
    pool = make_pool("postgresql://127.0.0.1:1/nothing", 1)
    with pytest.raises(Unavailable):
        await PostgresReader(pool).device("pump-1")


async def test_a_database_without_our_schema_is_unavailable(database_url: str) -> None:
    async with make_pool(database_url, 1) as pool:
        with pytest.raises(Unavailable, match="schema"):
            await PostgresReader(pool).stats()
