"""The authority of rate limits in memory: what Redis does, by a clock that the test holds."""

from collections.abc import Callable

from telemetry.core.limits import Bucket, Lease, Rate
from telemetry.core.ports import Unavailable


class MemoryAuthority:
    """One bucket a caller, shared by all that ask; `away` makes it fail."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self.asked = 0
        self.failing = False
        self.away = False
        self._clock = clock
        self._buckets: dict[str, Bucket] = {}

    async def lease(self, key: str, rate: Rate, need: float, want: float) -> Lease:
        self.asked += 1
        if self.failing:
            raise Unavailable("away")
        bucket = self._buckets.setdefault(key, Bucket(rate, self._clock()))
        level = bucket.level(rate, self._clock())
        granted = 0.0 if level < need else min(level, want)
        bucket.remove(granted)
        return Lease(granted, level - granted)
