import asyncio
from collections.abc import AsyncIterator
from itertools import pairwise

import pytest

from telemetry_loadtest.fleet import Faults, Fleet
from telemetry_loadtest.machine import Machine
from telemetry_operator.client.books import Books
from telemetry_operator.client.credentials import Gateway
from telemetry_operator.client.ingest import Ingest, Limits
from telemetry_operator.client.ndjson import NdjsonParser
from telemetry_operator.client.sources import fleet_readings, line_readings, machine_readings, pump, run_until
from tests.support.fake_platform import FakePlatform

pytestmark = pytest.mark.anyio

GOOD = b'{"device":"d1","time":"2026-01-31T12:00:00Z","metrics":{"t":21.4}}'


async def lines(*texts: bytes) -> AsyncIterator[bytes]:
    for text in texts:
        yield text


async def test_wrong_lines_are_told_by_their_number_and_the_rest_is_sent() -> None:
    wrong: list[int] = []
    read = lines(GOOD, b"", b"{}", GOOD)
    source = line_readings(read, NdjsonParser(), on_invalid=lambda line: wrong.append(line.number))
    assert [reading.device async for reading in source] == ["d1", "d1"]
    assert wrong == [3]


async def test_the_fleet_leaves_no_arrival_out_however_slowly_it_is_taken() -> None:
    source = fleet_readings(Fleet(5, faults=Faults(late=0, repeated=0, dropout=0)), rate=2000)
    numbers = []
    async for reading in source:
        assert reading.id is not None
        numbers.append(int(reading.id.partition("-")[2], 16))
        await asyncio.sleep(0.01 if len(numbers) < 10 else 0)
        if len(numbers) == 500:
            break
    await source.aclose()
    assert all(later == earlier + 1 for earlier, later in pairwise(numbers))


async def test_a_count_ends_an_endless_source() -> None:
    platform, books = FakePlatform(), Books()
    async with platform.client() as client, Ingest(client, Gateway("g"), books, Limits(linger=0)) as ingest:
        await pump(machine_readings(Machine("m"), rate=1000), ingest, count=3)
    assert len(platform.kept) == 3


async def test_work_ends_when_told_to() -> None:
    stop = asyncio.Event()
    asyncio.get_running_loop().call_soon(stop.set)
    await run_until(asyncio.sleep(3600), None, stop)


async def test_work_ends_when_its_time_is_over() -> None:
    await run_until(asyncio.sleep(3600), 0.01, asyncio.Event())


async def test_what_work_raises_is_raised() -> None:
    async def fail() -> None:
        raise ValueError("no such file")

    with pytest.raises(ValueError, match="no such file"):
        await run_until(fail(), None, asyncio.Event())
