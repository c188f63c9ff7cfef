"""A run's seconds as arrays to plot, thinned where a run is longer than a plot is wide."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from telemetry_loadtest.histogram import Histogram
from telemetry_loadtest.results import Result
from telemetry_loadtest.statistics import Array

MOST_POINTS: Final = 400
COLUMNS: Final = 100  # of the heat map
TAIL_POINTS: Final = 80
BUCKETS_PER_DECADE: Final = 10  # of `EndpointSecond.spread`


@dataclass(frozen=True, slots=True)
class Timeline:
    """The seconds of a run in groups of `step`; `at` is where each group begins."""

    result: Result
    at: Array
    step: int

    def mean(self, values: Sequence[float]) -> Array:
        """Return the mean of each group, from a value a second."""
        return self._grouped(values, np.nanmean)

    def most(self, values: Sequence[float]) -> Array:
        return self._grouped(values, np.nanmax)

    def _grouped(self, values: Sequence[float], reduce: Callable[[Array], float]) -> Array:
        found = np.array(values, dtype=np.float64)
        groups = [found[begin : begin + self.step] for begin in range(0, len(found), self.step)]
        return np.array([reduce(one) if np.isfinite(one).any() else np.nan for one in groups])


def timeline(result: Result, most: int = MOST_POINTS) -> Timeline:
    step = max(1, -(-len(result.seconds) // most))
    return Timeline(result, np.array([second.at for second in result.seconds[::step]], dtype=np.float64), step)


def percentiles_of(result: Result, endpoint: str, name: str) -> list[float]:
    """Return for each second one endpoint's percentile in ms; NaN where there was no answer."""
    found = (getattr(second.endpoints.get(endpoint), name, None) for second in result.seconds)
    return [math.nan if value is None else float(value) for value in found]


@dataclass(frozen=True, slots=True)
class HeatMap:
    """How many answers took how long, when: counts[bucket, column], with the edges of both in ms and seconds."""

    counts: Array
    times: Array
    latencies: Array


def heat_map(result: Result) -> HeatMap | None:
    """All endpoints' answers together; None of a run without any."""
    buckets = [bucket for second in result.seconds for one in second.endpoints.values() for bucket, _ in one.spread]
    if not buckets:
        return None
    lowest, highest = min(buckets), max(buckets)
    step = max(1, -(-len(result.seconds) // COLUMNS))
    counts = np.zeros((highest - lowest + 1, -(-len(result.seconds) // step)))
    for index, second in enumerate(result.seconds):
        for one in second.endpoints.values():
            for bucket, many in one.spread:
                counts[bucket - lowest, index // step] += many
    begin = result.seconds[0].at
    times = begin + step * np.arange(counts.shape[1] + 1, dtype=np.float64)
    edges = 10 ** (np.arange(lowest, highest + 2) / BUCKETS_PER_DECADE) / 1000
    return HeatMap(counts, times, edges)


def levels(counts: Array, steps: int) -> Array:
    """Return for each count its step, by its logarithm: -1 where there is none, up to steps - 1 for the most."""
    most = max(float(counts.max()), 1.0)
    share = np.log1p(counts) / np.log1p(most)
    return np.where(counts > 0, np.minimum((share * steps).astype(int), steps - 1), -1)


def tail(histogram: Histogram) -> tuple[Array, Array]:
    """Return one in how many took longer, from 1 to all, and how long that is in ms."""
    rare = np.geomspace(1, max(histogram.count, 1), TAIL_POINTS)
    return rare, np.array([histogram.percentile(100 * (1 - 1 / one)) for one in rare], dtype=np.float64)
