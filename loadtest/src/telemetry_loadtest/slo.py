"""Whether the platform keeps what is promised: window by window while it runs, and over the whole at the end.

A breach counts when it holds for several windows running, each with enough requests to say anything, after a time of
grace. The warm-up is judged by nobody.
"""

from collections.abc import Iterable
from typing import Final

from telemetry_loadtest.histogram import Tally
from telemetry_loadtest.measuring import Counts, Measurement, Whole, percentile
from telemetry_loadtest.plan import DROPS, ERRORS, FRESHNESS, Plan, PlannedBound, Slo
from telemetry_loadtest.results import Bound, Freshness

PERCENTILES: Final = {"p50": 50.0, "p90": 90.0, "p95": 95.0, "p99": 99.0, "p99.9": 99.9}
MEASURES: Final = (*PERCENTILES, ERRORS, DROPS, FRESHNESS)


class Watch:
    """Looks at every whole second, and says when a bound has been broken for long enough."""

    def __init__(self, plan: Plan) -> None:
        self._slo = plan.slo
        self._begin = plan.warm_up_seconds + plan.slo.grace
        self._end = plan.curve.seconds
        self._seconds: list[Whole] = []
        self._running: dict[PlannedBound, int] = {}
        self.breaches: dict[PlannedBound, float] = {}

    def look(self, whole: Whole) -> list[PlannedBound]:
        """Return the bounds that count as broken since this second."""
        if not self._begin <= whole.second.at < self._end:
            return []
        self._seconds.append(whole)
        if len(self._seconds) < self._slo.window:
            return []
        window, self._seconds = self._seconds, []
        return [bound for bound in self._slo.bounds if self._breaks(bound, window)]

    def _breaks(self, bound: PlannedBound, window: list[Whole]) -> bool:
        value = window_value(bound, window, self._slo)
        if value is None:
            return False  # it says nothing: neither that the breach goes on, nor that it ended
        self._running[bound] = self._running.get(bound, 0) + 1 if value > bound.limit else 0
        if self._running[bound] < self._slo.windows or bound in self.breaches:
            return False
        self.breaches[bound] = window[-1].second.at + 1.0
        return True


def window_value(bound: PlannedBound, window: Iterable[Whole], slo: Slo) -> float | None:
    """The measured value of a bound in a window; None where too few requests say anything."""
    counts = [one for whole in window if (one := whole.endpoints.get(bound.endpoint))]
    if bound.measure in PERCENTILES:
        latencies = _merged(counts)
        return percentile(latencies, PERCENTILES[bound.measure]) if sum(latencies.values()) >= slo.samples else None
    if bound.measure == ERRORS:
        return _share(sum(one.bad for one in counts), sum(one.good + one.bad for one in counts), slo.samples)
    if bound.measure == DROPS:
        return _share(sum(one.dropped for one in counts), sum(one.offered for one in counts), slo.samples)
    return None


def judge_bounds(plan: Plan, measured: Measurement, freshness: Freshness | None, watch: Watch) -> list[Bound]:
    """Every bound with what was measured behind the warm-up.

    One of an endpoint of which nothing was offered is not broken; one without a good answer to what was offered is.
    """
    found = []
    for bound in plan.slo.bounds:
        value, samples = _value(bound, measured, freshness)
        breached_at = watch.breaches.get(bound)
        idle = bound.measure != FRESHNESS and not measured.shares(bound.endpoint).offered
        held = breached_at is None and (idle if value is None else value <= bound.limit)
        found.append(Bound(bound.endpoint, bound.measure, bound.limit, value, samples, held, breached_at))
    return found


def _value(bound: PlannedBound, measured: Measurement, freshness: Freshness | None) -> tuple[float | None, int]:
    if bound.measure in PERCENTILES:
        histogram = measured.good_latencies(bound.endpoint)
        return histogram.percentile(PERCENTILES[bound.measure]), histogram.count
    if bound.measure == FRESHNESS:
        return (None, 0) if freshness is None else (freshness.p99, freshness.samples)
    offered, bad, dropped = measured.shares(bound.endpoint)
    part = bad if bound.measure == ERRORS else dropped
    return (part / offered if offered else None), offered


def _merged(counts: Iterable[Counts]) -> Tally:
    merged: Tally = {}
    for one in counts:
        for value, many in one.latency.items():
            merged[value] = merged.get(value, 0) + many
    return merged


def _share(part: int, whole: int, least: int) -> float | None:
    return part / whole if whole >= least else None
