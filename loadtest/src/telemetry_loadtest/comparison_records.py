"""From one run's result to its cell's record: the primary number if the run may have one, rates, latencies, and cost.

Pure. Which runs have a number is decided here once: a run that was Invalid, Aborted or an Error says nothing of the
platform; one that lost data has no number at all; one that answered wrongly, dropped requests or ended before its time
did not carry the load at which the number would have been measured.
"""

from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

from telemetry_loadtest.comparison_plan import ALL, Acknowledgement, ComparisonPlan, PlannedCell, Primary, PrimaryKind
from telemetry_loadtest.comparison_results import CellRecord, Cost, Latency
from telemetry_loadtest.histogram import Histogram
from telemetry_loadtest.result_views import data_lost, endpoints, judged_length, judged_seconds, merged
from telemetry_loadtest.results import Result, Series, Verdict

_SILENT: Final = frozenset({Verdict.INVALID, Verdict.ABORTED, Verdict.ERROR})
_NOT_CARRIED: Final = frozenset({"errors", "drops"})
_OF_INSTANCES: Final = frozenset({"memory", "restarts"})
"""What only processes and pods have; a pod's restarts are known where its memory is not."""
_OF_PRESENCE: Final = _OF_INSTANCES | {"cpu"}
_MIB: Final = 2**20
_THOUSAND: Final = 1000


class Window(NamedTuple):
    """The part of a run that counts, on its clock, and the good requests in it."""

    begin: float
    end: float
    good: int

    @property
    def length(self) -> float:
        return self.end - self.begin


def record_of(result: Result, cell: PlannedCell, plan: ComparisonPlan) -> CellRecord:
    """Return the record of a cell that was run."""
    latencies = _latencies(result)
    value, why = _value(result, plan.primary, latencies)
    seconds, length = judged_seconds(result), judged_length(result)
    return CellRecord(
        variant=cell.variant,
        profile=cell.profile,
        block=cell.block,
        verdict=result.verdict,
        reason=why or result.reason,
        value=value,
        acknowledged_as=_acknowledged_as(result, plan.variant(cell.variant).acknowledges),
        run=result.provenance.run,
        began=result.provenance.began,
        ended=result.provenance.ended,
        offered=_rate([one.offered for one in seconds], length),
        achieved=_rate([one.good + one.bad for one in seconds], length),
        good=None if data_lost(result) else _rate([one.good for one in seconds], length),
        latencies=latencies,
        freshness_p99=result.freshness.p99 if result.freshness else None,
        lag=_lag(result.system),
        drain_seconds=result.books.drain_seconds if result.books else None,
        ceiling_low=result.ceiling.low if result.ceiling else None,
        ceiling_high=result.ceiling.high if result.ceiling else None,
        cost=cost_of(result),
        images=result.provenance.images,
    )


def failed_record(
    cell: PlannedCell, plan: ComparisonPlan, reason: str, *, began: str | None = None, ended: str | None = None
) -> CellRecord:
    """Return the record of a cell that never came to a run: its platform did not stand, or no result was fetched."""
    return CellRecord(
        variant=cell.variant, profile=cell.profile, block=cell.block, verdict=Verdict.ERROR, reason=reason, value=None,
        acknowledged_as=plan.variant(cell.variant).acknowledges, began=began, ended=ended,
    )  # fmt: skip


def _value(result: Result, primary: Primary, latencies: Mapping[str, Latency]) -> tuple[float | None, str]:
    """Return the primary number, or None and why there is none."""
    if result.verdict in _SILENT or data_lost(result):
        return None, f"{result.verdict}: {result.reason}"
    if primary.kind is PrimaryKind.CEILING:
        low = result.ceiling.low if result.ceiling else None
        return low, "" if low else "no rate held its SLO"
    refused = _not_carried(result)
    if refused:
        return None, refused
    value = _measured(result, primary, latencies)
    return (value, "") if value else (None, f"{primary.kind} was not measured")


def _not_carried(result: Result) -> str:
    """Return why the load was not carried to its end, if it was not."""
    broken = [bound for bound in result.bounds if bound.measure in _NOT_CARRIED and not bound.held]
    if broken:
        named = ", ".join(f"{one.endpoint} {one.measure}".strip() for one in broken)
        return f"{result.verdict}: its load was not carried: {named}"
    end = max((stage.end for stage in result.stages), default=0.0)
    seen = max((second.at + 1 for second in judged_seconds(result)), default=0)
    return f"{result.verdict}: ended at {seen} s of {end:g}" if seen < int(end) else ""


def _measured(result: Result, primary: Primary, latencies: Mapping[str, Latency]) -> float | None:
    if primary.kind is PrimaryKind.FRESHNESS:
        return result.freshness.p99 if result.freshness else None
    found = latencies.get(primary.endpoint or ALL)
    return getattr(found, primary.kind.value) if found else None


def _rate(counts: Sequence[int], seconds: float) -> float | None:
    return sum(counts) / min(seconds, len(counts)) if counts and seconds else None


def _acknowledged_as(result: Result, declared: Acknowledgement) -> Acknowledgement:
    """Return what the run's acknowledgements meant; the weaker promise where there were both."""
    kinds = result.books.acknowledged_as if result.books else {}
    if kinds.get("queued"):
        return "queued"
    return "stored" if kinds.get("stored") else declared


def _latencies(result: Result) -> dict[str, Latency]:
    found = {endpoint: merged(result, endpoint) for endpoint in endpoints(result)}
    found[ALL] = Histogram.merged(found.values())
    return {name: Latency(*map(histogram.percentile, (50, 95, 99))) for name, histogram in found.items()}


def _lag(system: Sequence[Series]) -> float | None:
    """Return the last lag that was seen, in records; None where there is no stream."""
    last = [one.points[-1][1] for one in system if one.measure == "lag" and one.points]
    return sum(last) if last else None


def cost_of(result: Result) -> Cost | None:
    """Return what the platform took behind the warm-up; None where nothing was judged.

    A part that hides its processor time or memory makes the sum unknown, not smaller.
    """
    seconds = judged_seconds(result)
    if not seconds:
        return None
    end = seconds[-1].at + 1 if result.until is None else min(seconds[-1].at + 1, result.until)
    window = Window(seconds[0].at, end, sum(one.good for one in seconds))
    cores, no_cores = _total(result.system, "cpu", window)
    memory, no_memory = _total(result.system, "memory", window)
    instances = _instances(result.system, window)
    return Cost(
        cpu_seconds=None if cores is None else cores * window.length,
        memory_bytes=memory,
        instances=instances,
        cpu_per_thousand=_per_thousand(cores, window),
        memory_per_thousand=_per_thousand(None if memory is None else memory / _MIB, window),
        instances_per_thousand=_per_thousand(instances, window),
        unavailable=no_cores or no_memory or None,
    )


def _total(system: Sequence[Series], measure: str, window: Window) -> tuple[float | None, str]:
    """Return the sum over all sources of their means in the window; None, with the reason, where one is unknown."""
    mine, total = [one for one in system if one.measure == measure], 0.0
    if not mine:
        return None, f"no {measure} was measured"
    for one in mine:
        if one.unavailable:
            return None, f"{measure} of {one.source}: {one.unavailable}"
        present, values = _presence(system, one.source, window), [value for _, value in _inside(one, window)]
        if present and not values:
            return None, f"{measure} of {one.source}: no figure fell into the time that counts"
        total += present * sum(values) / max(len(values), 1)
    return total, ""


def _instances(system: Sequence[Series], window: Window) -> float | None:
    """Return how many processes or pods there were on average: one that came late counts in part."""
    sources = {one.source for one in system if one.measure in _OF_INSTANCES and one.points}
    return sum(_presence(system, one, window) for one in sorted(sources)) if sources else None


def _inside(series: Series, window: Window) -> list[tuple[float, float]]:
    return [(at, value) for at, value in series.points if window.begin <= at < window.end]


def _presence(system: Sequence[Series], source: str, window: Window) -> float:
    """Return for what part of the window a source was there, from when it was first seen until after it last was.

    By its densest figure: a pod's use is told four times a minute, that it is there with every look at it.
    """
    mine = (one for one in system if one.source == source and one.measure in _OF_PRESENCE)
    times = max(([at for at, _ in one.points] for one in mine), key=len, default=[])
    if not times:
        return 0.0
    step = (times[-1] - times[0]) / (len(times) - 1) if len(times) > 1 else window.length
    seen = min(window.end, times[-1] + step) - max(window.begin, times[0])
    return max(seen, 0.0) / window.length


def _per_thousand(mean: float | None, window: Window) -> float | None:
    return None if mean is None or not window.good else mean * window.length / (window.good / _THOUSAND)
