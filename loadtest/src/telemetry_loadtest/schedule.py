"""When arrivals are due: an open model, computed from the rate and never from how the system answers.

Arrival number n is due at start + n / rate. Its index alone says when it is due and whose it is (devices take turns),
so that any number of workers share a schedule without coordination (`Fleet.arrivals` stripes it). The mathematics is
exact (integers): adjacent windows hold each arrival once.
"""

from dataclasses import dataclass
from fractions import Fraction

from telemetry_loadtest.signals import SECOND


@dataclass(frozen=True, slots=True)
class Uniform:
    """Arrivals at even distances: `rate` a second, the first at `start` (µs since the epoch)."""

    rate: Fraction
    start: int = 0

    def __post_init__(self) -> None:
        if self.rate <= 0:
            raise ValueError(f"a rate of {self.rate} arrivals a second was asked for; it must be above 0")

    @classmethod
    def of(cls, rate: float, start: int = 0) -> "Uniform":
        """For a rate as a person gives it: kept to a thousandth of an arrival a second."""
        return cls(Fraction(rate).limit_denominator(1000), start)

    def due(self, index: int) -> int:
        """When arrival `index` is due, µs since the epoch."""
        return self.start + index * SECOND * self.rate.denominator // self.rate.numerator

    def window(self, begin: int, end: int) -> range:
        """The indices due in [begin, end); the schedule has no arrivals before its start."""
        return range(self._first_from(begin), self._first_from(end))

    def _first_from(self, time: int) -> int:
        elapsed = max(time - self.start, 0)
        return -(-elapsed * self.rate.numerator // (SECOND * self.rate.denominator))
