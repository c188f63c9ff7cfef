"""The status document of a comparison, from what a visit found and did. Pure; written only if it says anything new."""

from collections.abc import Collection, Iterator
from typing import Any, Final

from telemetry_loadtest.comparison_plan import ComparisonPlan, PlannedCell, cells_of
from telemetry_loadtest.comparison_results import CellRecord, Comparison
from telemetry_loadtest.report.words import span
from telemetry_operator.comparisons.bounding import Bound, Unbound, limits_of_variants
from telemetry_operator.reconcile.comparisons.observed import ObservedComparison
from telemetry_operator.reconcile.comparisons.reasons import ComparisonReason, Said
from telemetry_operator.reconcile.reporting.outcomes import Verdicts, conditions_of, failed, going_on, over
from telemetry_operator.reconcile.reporting.status import time_of
from telemetry_operator.reconcile.runs.observe import nodes_of
from telemetry_operator.resources.comparison import cell_object_name
from telemetry_operator.specs.benchmark_status import ResultStatus
from telemetry_operator.specs.comparison_status import (
    Cells,
    CellStatus,
    ComparisonStatus,
    Phase,
    PlanSummary,
    ProfileStatus,
)

_WELL: Final = Said(ComparisonReason.NO_FAILURE, "nothing fails")


def refused(observed: ObservedComparison, why: Said, now: int) -> ComparisonStatus:
    return _status(observed, now, Phase.REFUSED, failed(why), step=None, reason=why.message)


def begun(observed: ObservedComparison, plan: ComparisonPlan, bound: Bound | Unbound, now: int) -> ComparisonStatus:
    """From here on the spec is fixed. The run's name follows from the object, so that two visits give it one name."""
    said = Said(ComparisonReason.PREPARING_CELL, "the first cell is begun")
    run = f"{observed.metadata['name']}-{observed.metadata['uid'].partition('-')[0]}"
    return _status(
        observed, now, Phase.RUNNING, going_on(said, _WELL), step=said.message, reason=None, run=run,
        start_time=time_of(now), plan=_summary(observed, plan, bound), **_counted(plan, ()),
    )  # fmt: skip


def cell_begun(observed: ObservedComparison, plan: ComparisonPlan, cell: PlannedCell, now: int) -> ComparisonStatus:
    said = Said(ComparisonReason.PREPARING_CELL, f"{cell.name}: its platform is made")
    named = cell_object_name(observed.metadata["name"], cell)
    status = CellStatus(name=cell.name, object=named, start_time=time_of(now))
    return going(observed, plan, said, now).model_copy(update={"cell": status})


def going(
    observed: ObservedComparison, plan: ComparisonPlan, doing: Said, now: int, *, kept: CellRecord | None = None
) -> ComparisonStatus:
    """On its way; `kept` is the record that this visit has written."""
    records = {**observed.records, **({kept.name: kept} if kept else {})}
    nodes = {*observed.status.nodes, *nodes_of(observed.pods)}
    return _status(
        observed, now, Phase.RUNNING, going_on(doing, _WELL), step=doing.message, nodes=tuple(sorted(nodes)),
        **_counted(plan, records.values()),
    )  # fmt: skip


def finished(
    observed: ObservedComparison,
    plan: ComparisonPlan,
    why: Said,
    found: tuple[Comparison, ResultStatus] | None,
    now: int,
) -> ComparisonStatus:
    """Over; `found` is None where there is nothing to judge."""
    fails = why.reason is ComparisonReason.NO_NUMBERS or (found is None and why.reason is not ComparisonReason.STOPPED)
    told: dict[str, Any] = {}
    if found is not None:
        result, kept = found
        told = {
            "profiles": tuple(_profiles(result)),
            "recommendation": tuple(sentence.text for sentence in result.recommendation),
            "result": kept,
        }
    return _status(
        observed, now, Phase.FINISHED, failed(why) if fails else over(why, _WELL), step=None, reason=why.message,
        cell=None, completion_time=time_of(now), **told, **_counted(plan, observed.records.values()),
    )  # fmt: skip


def _summary(observed: ObservedComparison, plan: ComparisonPlan, bound: Bound | Unbound) -> PlanSummary:
    metric = plan.primary.metric
    limits = limits_of_variants(observed.model) if observed.model else {}
    return PlanSummary(
        variants=tuple(variant.name for variant in plan.variants),
        profiles=tuple(plan.profiles),
        metric=f"{metric.name} in {metric.unit}, {plan.primary.load}",
        blocks=plan.blocks,
        blocks_needed=plan.blocks_needed,
        expected=span(plan.expected_seconds),
        limits=tuple(f"{title}: {limit}" for title, limit in limits.items()),
        quota=str(bound.limits) if isinstance(bound, Bound) else None,
        unequal=bound.why if isinstance(bound, Unbound) else None,
    )


def _counted(plan: ComparisonPlan, records: Collection[CellRecord]) -> dict[str, Any]:
    total, done = len(cells_of(plan)), len(records)
    without = sum(one.value is None for one in records)
    return {
        "cells": Cells(total=total, done=done, failed=without, left=total - done),
        "progress": f"{done}/{total}",
    }


def _profiles(result: Comparison) -> Iterator[ProfileStatus]:
    for judgement in result.judgements:
        for group in judgement.groups:
            yield ProfileStatus(
                profile=judgement.profile,
                acknowledged_as=group.acknowledged_as,
                outcome=group.outcome.value,
                winner=group.winner,
                blocks=judgement.blocks,
                doubt=group.doubt or None,
            )


def _status(
    observed: ObservedComparison,
    now: int,
    phase: Phase,
    verdicts: Verdicts,
    **told: Any,  # noqa: ANN401
) -> ComparisonStatus:
    """The status before, with what is new: what is not told stands."""
    conditions = conditions_of(verdicts, observed.generation, observed.status.conditions, now)
    changes = {"phase": phase, "conditions": conditions, "observed_generation": observed.generation, **told}
    return observed.status.model_copy(update=changes)
