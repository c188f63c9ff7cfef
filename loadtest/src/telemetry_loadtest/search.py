"""The highest rate that holds its SLO: climbing by steps until one fails, then halving what is left in between.

Pure: whoever runs the rates (`telemetryctl bench` as runs of their own, `engine` as trials of one run) asks for the
next, runs it, and tells how it went. What is known at the end is an interval, of which the lower end held and the upper
did not.
"""

from dataclasses import dataclass
from math import ceil, floor, log2
from typing import Final

from telemetry_loadtest.results import CeilingFound, CeilingStep

FIRST: Final = 100.0  # requests a second
GROWTH: Final = 2.0
PRECISION: Final = 0.05  # of the lower end
LEAST: Final = 1.0  # a platform that does not hold this holds nothing
MOST: Final = 20_000.0


@dataclass(frozen=True, slots=True)
class Search:
    """What is known so far; `precision` is how near the two ends must come, as a share of the lower."""

    first: float = FIRST
    precision: float = PRECISION
    steps: tuple[CeilingStep, ...] = ()

    @property
    def low(self) -> float | None:
        """The highest rate that held below all that did not."""
        high = self.high
        return max((one.rate for one in self.steps if one.held and (high is None or one.rate < high)), default=None)

    @property
    def high(self) -> float | None:
        return min((one.rate for one in self.steps if not one.held), default=None)

    def told(self, rate: float, *, held: bool, reason: str) -> "Search":
        """What is known after a rate was tried."""
        return Search(self.first, self.precision, (*self.steps, CeilingStep(rate, held, reason)))

    def next_rate(self) -> float | None:
        """The rate to try next; None where enough is known."""
        low, high = self.low, self.high
        if high is None:
            rate = self.first if low is None else low * GROWTH
            return rate if rate <= MOST or low is None else None
        if low is None:
            return high / GROWTH if high / GROWTH >= LEAST else None
        if high - low <= self.precision * low:
            return None
        middle = round((low + high) / 2, 3)
        return middle if low < middle < high else None

    def in_words(self) -> str:
        """What is known, as a sentence."""
        low, high = self.low, self.high
        if low is None:
            return f"not even {self.steps[-1].rate:g} requests a second held: {self.steps[-1].reason}"
        if high is None:
            return f"{low:g} requests a second held, and more was not tried"
        broken = next(one.reason for one in self.steps if one.rate == high)
        return f"the ceiling lies between {low:g} requests a second, which held, and {high:g}, which did not: {broken}"

    def found(self) -> CeilingFound:
        return CeilingFound(self.low, self.high, list(self.steps))


def most_trials(first: float, precision: float) -> int:
    """How many rates a search can come to try: all on its way up or down, then all halvings of what is between."""
    up, down = (floor(log2(max(reach, 1.0))) + 1 for reach in (MOST / first, first / LEAST))
    return max(up, down) + ceil(log2(1 / precision)) + 1  # one for what rounding leaves over
