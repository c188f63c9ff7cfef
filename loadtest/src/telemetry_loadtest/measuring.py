"""The measurement as it grows: workers' reports in, whole seconds out, and everything added up by stage.

A second is whole once every worker that is still there has reported it. Nothing here does I/O; `engine` feeds it.
"""

from collections.abc import Iterable
from math import floor, log10
from typing import Final, NamedTuple

from telemetry_loadtest.histogram import Histogram, Tally
from telemetry_loadtest.plan import Plan, timed_stages
from telemetry_loadtest.results import (
    DRAINING,
    EndpointSecond,
    EndpointSummary,
    HealthSample,
    Measure,
    Second,
    Stage,
    StoredHistogram,
)
from telemetry_loadtest.windows import Cell, Report

SPREAD: Final = 10  # buckets in every power of ten


class Counts(NamedTuple):
    """Of one endpoint in one second: what was due, what became of it, and good latencies (µs)."""

    offered: int
    dropped: int
    good: int
    bad: int
    latency: Tally


class Shares(NamedTuple):
    """How much was offered of an endpoint behind the warm-up, how much of it was bad, how much dropped."""

    offered: int
    bad: int
    dropped: int


class Whole(NamedTuple):
    """A second that every worker has reported: as results show it, and by endpoint for the SLO."""

    second: Second
    endpoints: dict[str, Counts]


class Measurement:
    """Adds reports up."""

    def __init__(self, plan: Plan) -> None:
        self._stages = timed_stages(plan)
        self._workers = set(range(plan.workers))
        self._reports: dict[int, dict[int, Report]] = {}
        self._next = 0
        self._totals = [0, 0]  # offered; good, bad and dropped
        self._cells: dict[tuple[int, str, str, bool], Cell] = {}
        self._offered: dict[tuple[int, str], int] = {}
        self._dropped: dict[tuple[int, str], int] = {}
        self.seconds: list[Second] = []
        self.health: list[HealthSample] = []

    @property
    def stages(self) -> list[Stage]:
        return self._stages

    def take(self, report: Report) -> list[Whole]:
        """Enter a report, and return the seconds that are whole now."""
        self._reports.setdefault(report.at, {})[report.worker] = report
        self.health.append(report.health)
        self._add(report)
        return self._whole()

    def lose(self, worker: int) -> list[Whole]:
        """Wait no longer for a worker's reports."""
        self._workers.discard(worker)
        return self._whole()

    def summaries(self) -> list[EndpointSummary]:
        keys = sorted(self._offered.keys() | {(cell.stage, cell.endpoint) for cell in self._cells.values()})
        return [self._summary(stage, endpoint) for stage, endpoint in keys]

    def histograms(self) -> list[StoredHistogram]:
        return [
            StoredHistogram(
                stage=self._stages[cell.stage].name,
                endpoint=cell.endpoint,
                status=cell.status,
                good=cell.good,
                measure=measure,
                count=sum(tally.values()),
                encoded=Histogram.of(tally.items()).encode(),
            )
            for cell in self._cells.values()
            for measure, tally in ((Measure.LATENCY, cell.latency), (Measure.SERVICE, cell.service))
        ]

    def good_latencies(self, endpoint: str) -> Histogram:
        """Of an endpoint's good answers behind the warm-up."""
        cells = (cell for cell in self._cells.values() if cell.endpoint == endpoint and cell.good)
        return Histogram.merged(
            Histogram.of(cell.latency.items()) for cell in cells if not self._stages[cell.stage].warm_up
        )

    def shares(self, endpoint: str) -> Shares:
        judged = {number for number, stage in enumerate(self._stages) if not stage.warm_up}
        bad = sum(
            cell.count
            for cell in self._cells.values()
            if cell.stage in judged and cell.endpoint == endpoint and not cell.good
        )
        offered, dropped = (
            sum(many for (stage, one), many in counted.items() if stage in judged and one == endpoint)
            for counted in (self._offered, self._dropped)
        )
        return Shares(offered, bad, dropped)

    def _whole(self) -> list[Whole]:
        found = []
        while self._workers and self._workers <= self._reports.get(self._next, {}).keys():
            found.append(self._merge(list(self._reports.pop(self._next).values())))
            self._next += 1
        return found

    def _merge(self, reports: list[Report]) -> Whole:
        at = reports[0].at
        counts = _by_endpoint(reports)
        offered, dropped, good, bad = (
            sum(getattr(one, name) for one in counts.values()) for name in ("offered", "dropped", "good", "bad")
        )
        in_flight, waiting = (sum(getattr(one, name) for one in reports) for name in ("in_flight", "waiting"))
        self._totals[0] += offered
        self._totals[1] += good + bad + dropped
        second = Second(
            at=at,
            stage=self._stage_at(at),
            offered=offered,
            started=sum(one.started for one in reports),
            good=good,
            bad=bad,
            dropped=dropped,
            in_flight=in_flight,
            waiting=waiting,
            conserved=self._totals[0] == self._totals[1] + in_flight + waiting,
            endpoints={name: _endpoint_second(one) for name, one in sorted(counts.items())},
        )
        self.seconds.append(second)
        return Whole(second, counts)

    def _stage_at(self, at: int) -> str:
        return next((stage.name for stage in self._stages if at < stage.end), DRAINING)

    def _add(self, report: Report) -> None:
        for counted, total in ((report.offered, self._offered), (report.dropped, self._dropped)):
            for stage, endpoint, many in counted:
                total[stage, endpoint] = total.get((stage, endpoint), 0) + many
        for cell in report.cells:
            key = (cell.stage, cell.endpoint, cell.status, cell.good)
            whole = self._cells.setdefault(key, Cell(*key, {}, {}))
            _add_up(whole.latency, cell.latency)
            _add_up(whole.service, cell.service)

    def _summary(self, stage: int, endpoint: str) -> EndpointSummary:
        cells = [cell for cell in self._cells.values() if (cell.stage, cell.endpoint) == (stage, endpoint)]
        good = [cell for cell in cells if cell.good]
        return EndpointSummary(
            stage=self._stages[stage].name,
            endpoint=endpoint,
            offered=self._offered.get((stage, endpoint), 0),
            good=sum(cell.count for cell in good),
            bad=sum(cell.count for cell in cells if not cell.good),
            dropped=self._dropped.get((stage, endpoint), 0),
            latency=Histogram.merged(Histogram.of(cell.latency.items()) for cell in good).percentiles(),
            service=Histogram.merged(Histogram.of(cell.service.items()) for cell in good).percentiles(),
        )


def percentile(tally: Tally, share: float) -> float | None:
    """Milliseconds below which `share` per cent of a tally lie (nearest rank); None of an empty one."""
    whole = sum(tally.values())
    rank, passed = max(share / 100 * whole, 1), 0
    for value in sorted(tally):
        passed += tally[value]
        if passed >= rank:
            return value / 1000
    return None


def spread_of(tally: Tally) -> list[tuple[int, int]]:
    """How many values lie in each bucket; bucket k holds [10**(k/10), 10**((k+1)/10)) µs."""
    buckets: Tally = {}
    for value, many in tally.items():
        bucket = floor(SPREAD * log10(value))
        buckets[bucket] = buckets.get(bucket, 0) + many
    return sorted(buckets.items())


def _by_endpoint(reports: Iterable[Report]) -> dict[str, Counts]:
    found: dict[str, Counts] = {}
    nothing = Counts(0, 0, 0, 0, {})
    for report in reports:
        for _, endpoint, many in report.offered:
            before = found.get(endpoint, nothing)
            found[endpoint] = before._replace(offered=before.offered + many)
        for _, endpoint, many in report.dropped:
            before = found.get(endpoint, nothing)
            found[endpoint] = before._replace(dropped=before.dropped + many)
        for cell in report.cells:
            found[cell.endpoint] = _with(found.get(cell.endpoint, nothing), cell)
    return found


def _with(before: Counts, cell: Cell) -> Counts:
    if not cell.good:
        return before._replace(bad=before.bad + cell.count)
    latency = dict(before.latency)
    _add_up(latency, cell.latency)
    return before._replace(good=before.good + cell.count, latency=latency)


def _add_up(total: Tally, more: Tally) -> None:
    for value, many in more.items():
        total[value] = total.get(value, 0) + many


def _endpoint_second(counts: Counts) -> EndpointSecond:
    p50, p95, p99 = (percentile(counts.latency, share) for share in (50, 95, 99))
    return EndpointSecond(counts.good, counts.bad, p50, p95, p99, spread_of(counts.latency))
