"""How long a server of known delays takes for each request, and what a generator must find of it.

Requests are counted from 0. What is asked of the server and what theory says of it stand in one place, so that they
are the same.
"""

from collections.abc import Iterable
from math import ceil

import msgspec


class Delays(msgspec.Struct, frozen=True):
    """Seconds. Each `every`-th request takes `long` instead of `base`.

    From request `after` on nothing is answered for `stall` seconds, if that is not 0; then everything that waits.
    """

    base: float
    long: float = 0.0
    every: int = 0
    stall: float = 0.0
    after: int = 0

    def of(self, number: int) -> float:
        """The delay of a request that no stall holds up."""
        return self.long if self.every and number % self.every == 0 else self.base

    def latencies(self, count: int, rate: float) -> list[float]:
        """What `count` arrivals at an even rate must wait from their intended start: milliseconds, in order of size."""
        return sorted(1000 * max(self.of(number), self._held(number, rate)) for number in range(count))

    def _held(self, number: int, rate: float) -> float:
        return self.stall - (number - self.after) / rate if number >= self.after else 0.0


class Kept(msgspec.Struct):
    """What the server wrote down: when each request arrived (seconds since the epoch), its worst delay."""

    arrived: list[float] = []
    late: float = 0.0


def percentile(ordered: list[float], share: float) -> float:
    """The least value that `share` per cent of all do not exceed (nearest rank)."""
    return ordered[max(ceil(share / 100 * len(ordered)), 1) - 1]


def mean(values: Iterable[float]) -> float:
    found = list(values)
    return sum(found) / len(found)
