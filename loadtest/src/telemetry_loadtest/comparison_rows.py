"""A comparison by profile and variant: what the cells of each came to together. Tables and sentences are made of it."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from statistics import fmean, geometric_mean

from telemetry_loadtest.comparison_plan import ALL, ComparisonPlan, Variant
from telemetry_loadtest.comparison_results import CellRecord, Comparison, Latency, ProfileJudgement, Standing


@dataclass(frozen=True, slots=True)
class Row:
    """One variant under one profile: means over its `cells` that have a number, of `tried`; None where none is known.

    `standing` is its number with an interval, from the blocks that count; `center` is that of all its cells where it
    is ranked by nobody: one that `repeats` another, or was left out.
    """

    profile: str
    variant: str
    repeats: str | None
    standing: Standing | None
    center: float | None
    cells: int
    tried: int
    good: float | None
    latency: Latency
    freshness: float | None
    lag: float | None
    cpu: float | None
    memory: float | None
    instances: float | None

    @property
    def name(self) -> str:
        """What sentences cite it by."""
        return f"{self.profile}/{self.variant}"


def rows_of(comparison: Comparison) -> list[Row]:
    """Return a row for each variant under each profile, in the plan's order."""
    return list(build_rows(comparison.plan, comparison.records, comparison.judgements))


def build_rows(
    plan: ComparisonPlan, records: Sequence[CellRecord], judgements: Sequence[ProfileJudgement]
) -> Iterator[Row]:
    for judgement in judgements:
        standings = {one.variant: one for group in judgement.groups for one in group.standings}
        for variant in plan.variants:
            tried = [one for one in records if (one.variant, one.profile) == (variant.name, judgement.profile)]
            yield _row(judgement.profile, variant, standings.get(variant.name), tried, plan.primary.endpoint or ALL)


def _row(profile: str, variant: Variant, standing: Standing | None, tried: Sequence[CellRecord], endpoint: str) -> Row:
    mine = [one for one in tried if one.value is not None]
    latencies = [one.latencies[endpoint] for one in mine if endpoint in one.latencies]
    return Row(
        profile=profile,
        variant=variant.name,
        repeats=variant.repeats,
        standing=standing,
        center=standing.center if standing else center_of([one.value for one in mine if one.value]),
        cells=len(mine),
        tried=len(tried),
        good=_mean(mine, lambda one: one.good),
        latency=Latency(*(_mean_of([getattr(one, share) for one in latencies]) for share in ("p50", "p95", "p99"))),
        freshness=_mean(mine, lambda one: one.freshness_p99),
        lag=_mean(mine, lambda one: one.lag),
        cpu=_mean(mine, lambda one: one.cost.cpu_per_thousand if one.cost else None),
        memory=_mean(mine, lambda one: one.cost.memory_per_thousand if one.cost else None),
        instances=_mean(mine, lambda one: one.cost.instances_per_thousand if one.cost else None),
    )


def center_of(values: Sequence[float]) -> float | None:
    """Return the geometric mean; None of nothing."""
    return geometric_mean(values) if values else None


def _mean(records: Sequence[CellRecord], of: Callable[[CellRecord], float | None]) -> float | None:
    return _mean_of([of(one) for one in records])


def _mean_of(values: Sequence[float | None]) -> float | None:
    """Return the mean of what is known; None where nothing is."""
    known = [value for value in values if value is not None]
    return fmean(known) if known else None
