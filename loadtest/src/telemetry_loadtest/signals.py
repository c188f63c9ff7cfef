"""Believable signals: pure functions of a seed and a time, so that a run can be had again, value for value.

Every random number is a hash of (seed, index), never a generator's state: any moment of any signal can be asked for
without those before it. Times are µs since the epoch, spans µs. `fleet` makes devices of these.
"""

import math
from bisect import bisect
from dataclasses import dataclass
from statistics import NormalDist

SECOND = 1_000_000  # µs
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR

_MASK = 2**64 - 1
_NORMAL = NormalDist()

_STATES = ("fault", "calibrating", "ok")
_STATE_ENDS = (0.005, 0.03)  # shares of time, cumulated


def mixed(seed: int, index: int) -> int:
    """64 bits that depend on every bit of both (splitmix64's finalizer over their combination)."""
    z = (seed * 0xD1342543DE82EF95 + index * 0x9E3779B97F4A7C15 + 0x632BE59BD9B4E019) & _MASK
    z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & _MASK
    z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & _MASK
    return z ^ (z >> 31)


def uniform(seed: int, index: int) -> float:
    """A number strictly between 0 and 1."""
    return ((mixed(seed, index) >> 12) + 0.5) / 2**52


def normal(seed: int, index: int) -> float:
    """A number of the standard normal distribution."""
    return _NORMAL.inv_cdf(uniform(seed, index))


def daily(time: int, peak_hour: float) -> float:
    """A cosine over the UTC day: 1 at `peak_hour`, -1 twelve hours from it."""
    return math.cos(2 * math.pi * ((time % DAY) / DAY - peak_hour / 24))


def wander(seed: int, time: int, period: int) -> float:
    """Smooth drift: standard normal knots every `period` µs, with cosine easing between neighbours."""
    knot, offset = divmod(time, period)
    ease = (1 - math.cos(math.pi * offset / period)) / 2
    return normal(seed, knot) * (1 - ease) + normal(seed, knot + 1) * ease


def happens(seed: int, time: int, period: int, share: float) -> bool:
    """Whether the span of `period` µs that holds `time` is one of the `share` (0 to 1) that are chosen."""
    return uniform(seed, time // period) < share


@dataclass(frozen=True, slots=True)
class Analog:
    """A measured quantity: a mean with a daily cycle, slow drift and noise, kept within what the sensor can show."""

    mean: float
    cycle: float  # amplitude of the daily cycle
    peak_hour: float
    drift: float  # standard deviation of the slow part
    noise: float  # standard deviation from one reading to the next
    low: float
    high: float
    digits: int = 2

    def at(self, seed: int, time: int) -> float:
        """The value at `time`, in the sensor's own unit, rounded to its digits."""
        slow = self.cycle * daily(time, self.peak_hour) + self.drift * wander(seed, time, 3 * HOUR)
        value = self.mean + slow + self.noise * normal(seed ^ 1, time)
        return round(min(max(value, self.low), self.high), self.digits)


def battery(seed: int, time: int, lifetime: int) -> float:
    """Per cent left of a battery that lasts `lifetime` µs and is changed when it is nearly empty."""
    phase = mixed(seed, 0) % lifetime
    spent = (time + phase) % lifetime / lifetime
    return round(100 - 95 * spent, 1)


def state(seed: int, time: int) -> str:
    """What the device says it does: mostly `ok`, at times `calibrating`, seldom `fault`, for ten minutes each."""
    return _STATES[bisect(_STATE_ENDS, uniform(seed, time // (10 * MINUTE)))]
