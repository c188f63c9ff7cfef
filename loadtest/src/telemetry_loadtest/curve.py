"""Rate curves: how many requests a second are called for at each moment, as straight pieces.

A curve is integrated and inverted in closed form, so that any arrival's time is had without those before it: the
mathematics of k6's ramping-arrival-rate executor, with the root written so that it neither cancels nor divides by
nought. Times are seconds from the curve's start, areas are numbers of arrivals.
"""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import accumulate
from math import sqrt


@dataclass(frozen=True, slots=True)
class Piece:
    """A straight piece: from one rate to another within `seconds`."""

    seconds: float
    rate_begin: float
    rate_end: float

    def __post_init__(self) -> None:
        if self.seconds <= 0:
            raise ValueError(f"a piece of {self.seconds:g} s was asked for; it must last")
        if self.rate_begin < 0 or self.rate_end < 0:
            raise ValueError(f"a rate of {min(self.rate_begin, self.rate_end):g} a second was asked for, below 0")

    @property
    def area(self) -> float:
        return (self.rate_begin + self.rate_end) / 2 * self.seconds

    def area_at(self, elapsed: float) -> float:
        slope = (self.rate_end - self.rate_begin) / self.seconds
        return (self.rate_begin + slope * elapsed / 2) * elapsed

    def elapsed_at(self, area: float) -> float:
        """How long the piece takes to call for `area` arrivals."""
        slope = (self.rate_end - self.rate_begin) / self.seconds
        speed = sqrt(max(self.rate_begin**2 + 2 * slope * area, 0.0))
        mean = (self.rate_begin + speed) / 2
        # So small a part of so slow a piece that no float tells it from none.
        return min(area / mean, self.seconds) if area > 0 and mean > 0 else 0.0


@dataclass(frozen=True, slots=True)
class Curve:
    """Pieces, one after the other."""

    pieces: tuple[Piece, ...]
    _begins: Sequence[float] = field(init=False, repr=False)
    _areas: Sequence[float] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        if not self.pieces:
            raise ValueError("a curve without pieces was asked for")
        object.__setattr__(self, "_begins", list(accumulate((one.seconds for one in self.pieces), initial=0.0)))
        object.__setattr__(self, "_areas", list(accumulate((one.area for one in self.pieces), initial=0.0)))

    @property
    def seconds(self) -> float:
        return self._begins[-1]

    @property
    def area(self) -> float:
        """Arrivals of the whole curve: its integral."""
        return self._areas[-1]

    def area_at(self, time: float) -> float:
        """The integral from the start to `time`."""
        if time >= self.seconds:
            return self.area
        number = max(bisect_right(self._begins, time) - 1, 0)
        return self._areas[number] + self.pieces[number].area_at(max(time, 0.0) - self._begins[number])

    def time_at(self, area: float) -> float:
        """When the integral reaches `area`, which is below that of the whole."""
        # The piece in which it does, not one of rate nought that begins and ends there.
        number = min(bisect_right(self._areas, area) - 1, len(self.pieces) - 1)
        return self._begins[number] + self.pieces[number].elapsed_at(area - self._areas[number])
