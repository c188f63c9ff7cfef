"""How long after it was measured a reading can be read: probed with this machine's own readings."""

import asyncio
import math
import time
from collections import deque
from collections.abc import AsyncGenerator
from dataclasses import dataclass

from telemetry_contract.readings import Reading
from telemetry_contract.times import MICROSECONDS_PER_SECOND, parse_time
from telemetry_operator.client.query import Analytics, QueryError

_LOOK = 0.1  # seconds between two looks
_KEPT = 120  # probes that the figures are of


@dataclass(frozen=True, slots=True)
class Freshness:
    """Seconds from a reading's time until analytics showed it."""

    median: float
    p99: float


class Probe:
    """Notes what goes out in a stream of readings, and waits for it at the other end."""

    def __init__(self) -> None:
        self._newest: Reading | None = None
        self._went_out = asyncio.Event()
        self._seconds: deque[float] = deque(maxlen=_KEPT)

    async def noting(self, readings: AsyncGenerator[Reading, None]) -> AsyncGenerator[Reading, None]:
        """The same readings, each noted as it goes out."""
        async for reading in readings:
            self._newest = reading
            self._went_out.set()
            yield reading

    async def run(self, analytics: Analytics) -> None:
        """Wait for one reading after the other to be visible, for ever."""
        while True:
            await self._went_out.wait()
            self._went_out.clear()
            if self._newest is not None:
                await self._await_visible(self._newest, analytics)

    async def _await_visible(self, reading: Reading, analytics: Analytics) -> None:
        while True:
            if await _shows(reading, analytics):
                self._seconds.append(time.time() - reading.time / MICROSECONDS_PER_SECOND)
                return
            await asyncio.sleep(_LOOK)

    @property
    def freshness(self) -> Freshness | None:
        """Of the latest probes; None before the first."""
        if not self._seconds:
            return None
        ordered = sorted(self._seconds)
        return Freshness(_quantile(ordered, 0.5), _quantile(ordered, 0.99))


async def _shows(reading: Reading, analytics: Analytics) -> bool:
    try:
        latest = await analytics.latest(reading.device)
    except QueryError:  # not known yet, or an outage: both end by themselves
        return False
    return any(parse_time(value.time) >= reading.time for value in latest.metrics.values())


def _quantile(ordered: list[float], share: float) -> float:
    """The smallest value that at least this share of all do not exceed."""
    return ordered[math.ceil(share * len(ordered)) - 1]
