"""When each arrival is due, and which worker's it is: an open model, without coordination.

Arrival n of a curve stands where its integral reaches n (uniform) or the n-th event of a Poisson process of unit rate
(time rescaling: Cinlar 1975, *Introduction to Stochastic Processes*, 4.7). Worker w of W takes every n with
n mod W = w, so that the arrivals are the same for any number of workers. Times are seconds from the curve's start.
"""

from collections.abc import Iterator
from enum import StrEnum
from itertools import count
from math import ceil, log
from typing import Final, NamedTuple

from telemetry_loadtest.curve import Curve
from telemetry_loadtest.signals import uniform

_POISSON: Final = 0xA117
_ROUNDING: Final = 1e-6  # arrivals: what sums of floats may be too large by


class Spacing(StrEnum):
    """How arrivals are spaced where the rate is even."""

    UNIFORM = "uniform"
    POISSON = "poisson"


class Arrival(NamedTuple):
    """A request that the schedule calls for; `due` is in seconds from the curve's start."""

    number: int
    due: float


def arrivals(curve: Curve, spacing: Spacing, seed: int, *, worker: int = 0, workers: int = 1) -> Iterator[Arrival]:
    """One worker's arrivals in order."""
    if spacing is Spacing.UNIFORM:
        for number in range(worker, ceil(curve.area - _ROUNDING), workers):
            yield Arrival(number, curve.time_at(number))
    else:
        for number, area in enumerate(_poisson_areas(curve.area, seed)):
            if number % workers == worker:
                yield Arrival(number, curve.time_at(area))


def _poisson_areas(whole: float, seed: int) -> Iterator[float]:
    area = 0.0
    for number in count():
        area -= log(uniform(seed ^ _POISSON, number))
        if area >= whole:
            return
        yield area
