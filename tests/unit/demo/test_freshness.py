import asyncio
import time
from collections.abc import AsyncGenerator

import pytest

from telemetry_contract.readings import Reading
from telemetry_operator.client.interrupt import beside
from telemetry_operator.client.query import Analytics
from telemetry_operator.demo.freshness import Probe
from tests.support.fake_platform import FakePlatform
from tests.support.waiting import wait_until_async

pytestmark = pytest.mark.anyio


async def one(reading: Reading) -> AsyncGenerator[Reading, None]:
    yield reading


async def test_freshness_counts_from_the_readings_own_time() -> None:
    platform, probe = FakePlatform(), Probe()
    reading = Reading("d1", time.time_ns() // 1000 - 3_000_000, {"t": 1})
    async with platform.client() as client, beside(probe.run(Analytics(client, "t", attempts=1))):
        async for noted in probe.noting(one(reading)):
            await asyncio.sleep(0)
            assert probe.freshness is None
            platform.keep(noted)
        await wait_until_async(lambda: measured(probe), what="a probe that was seen")
    assert probe.freshness is not None
    assert probe.freshness.median >= 3


async def measured(probe: Probe) -> bool:
    return probe.freshness is not None


def test_the_99th_percentile_of_few_probes_is_the_worst() -> None:
    probe = Probe()
    probe._seconds.extend([0.1, 0.2, 5.0])
    assert probe.freshness is not None
    assert probe.freshness.median == 0.2
    assert probe.freshness.p99 == 5.0
