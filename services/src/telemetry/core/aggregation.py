"""Buckets of time and what values in them come to: the definitions that every store keeps to, without any store.

Buckets begin at whole multiples of their length since the epoch, before it too. Percentiles are continuous, as
PostgreSQL's `percentile_cont`: of n values in order, fraction p stands at place p * (n - 1), between two by proportion.
"""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from fractions import Fraction
from math import ceil, floor, isfinite
from typing import Final

import msgspec

from telemetry_contract.readings import Value

MEDIAN: Final = 0.5
HIGH: Final = 0.95


class Sample(msgspec.Struct, frozen=True, order=True, gc=False):
    """A value with what orders it among others: its reading's time (microseconds) and identity."""

    time: int
    identity: bytes
    value: float


class Summary(msgspec.Struct, frozen=True, gc=False):
    """What the values of one metric in one bucket come to; there is at least one."""

    count: int
    min: float
    max: float
    mean: float
    p50: float
    p95: float
    last: float


def number_of(value: Value) -> float | None:
    """Return a value as aggregates take it: booleans as 0 and 1, text not at all."""
    return None if isinstance(value, str) else float(value)


def bucket_of(time: int, width: int) -> int:
    """Return where the bucket begins that a time is in; all in microseconds."""
    return time // width * width


def bucket_starts(start: int, end: int, width: int) -> range:
    """Return where the buckets begin that share time with the half-open range."""
    return range(bucket_of(start, width), end, width) if end > start else range(0)


class SummedBucket(msgspec.Struct, frozen=True, gc=False):
    """One metric's values in the bucket that begins at `start` (microseconds)."""

    metric: str
    start: int
    summary: Summary


def summarize(samples: Iterable[Sample]) -> Summary:
    """Sum up the values of one bucket; there must be at least one."""
    by_age = sorted(samples)
    values = sorted(sample.value for sample in by_age)
    return Summary(
        count=len(values),
        min=values[0],
        max=values[-1],
        mean=mean_of(sum((Fraction(Decimal(repr(value))) for value in values), Fraction()), len(values)),
        p50=_percentile(values, MEDIAN),
        p95=_percentile(values, HIGH),
        last=by_age[-1].value,
    )


def mean_of(total: Decimal | Fraction, count: int) -> float:
    """Return the double nearest to the mean; `total` is the exact sum of what the values say in decimal."""
    return float(Fraction(total) / count)


def places(count: int, fraction: float) -> tuple[int, int]:
    """Return the places, from 0, of the two values between which a percentile of `count` values lies."""
    place = fraction * (count - 1)
    return floor(place), ceil(place)


def interpolate(low: float, high: float, count: int, fraction: float) -> float:
    """Return the percentile that lies between the values at the two `places`."""
    place = fraction * (count - 1)
    share = place - floor(place)
    between = low + share * (high - low)
    # The difference of two doubles may be none, while what lies between them always is.
    return between if isfinite(between) else low * (1 - share) + high * share


def _percentile(values: Sequence[float], fraction: float) -> float:
    low, high = places(len(values), fraction)
    return interpolate(values[low], values[high], len(values), fraction)
