"""A comparison's plan and its judgement. Both calculate with numpy, which is loaded when the first comparison comes.

An operator that never sees one does without it, and without the 30 MB that it takes.
"""

from collections.abc import Iterator, Sequence

from telemetry_contract.times import format_time
from telemetry_loadtest.comparison_plan import ComparisonPlan
from telemetry_loadtest.comparison_results import CellRecord, Comparison, ComparisonProvenance
from telemetry_operator.comparisons.bounding import Bound, Unbound, limits_of_variants
from telemetry_operator.reconcile.comparisons.observed import ObservedComparison
from telemetry_operator.reconcile.comparisons.reasons import ComparisonReason, Said
from telemetry_operator.reconcile.runs.closing import manifest_text, versions
from telemetry_operator.specs.comparison import ArchitectureComparison


def plan_for_cluster(comparison: ArchitectureComparison) -> ComparisonPlan | Said:
    """The plan, the same at each visit: it follows from the spec; or why there is none."""
    from telemetry_loadtest.comparison_planning import PlanError  # noqa: PLC0415 - see above
    from telemetry_operator.comparisons.planning import CLUSTER, plan_of  # noqa: PLC0415 - see above

    try:
        return plan_of(comparison, CLUSTER)
    except PlanError as error:
        return Said(ComparisonReason.NOTHING_TO_COMPARE, str(error))


def judge(
    observed: ObservedComparison, plan: ComparisonPlan, records: Sequence[CellRecord], bound: Bound | Unbound, now: int
) -> Comparison:
    """What all records come to at a moment (µs); takes seconds of a processor where there are many variants."""
    from telemetry_loadtest.comparison_judging import assess  # noqa: PLC0415 - see above

    held = bound.limits.hard if isinstance(bound, Bound) else {}
    notes = [] if isinstance(bound, Bound) else [*_of_limits(observed, bound)]
    return assess(plan, records, _provenance(observed, plan, records, held, now), notes=notes)


def _of_limits(observed: ObservedComparison, bound: Unbound) -> Iterator[str]:
    limits = limits_of_variants(observed.model) if observed.model else {}
    told = "; ".join(f"{title}: {limit}" for title, limit in limits.items())
    yield f"Nothing made the variants equal: {bound.why}. The sums of their limits, at most replicas: {told}."


def _images(records: Sequence[CellRecord]) -> dict[str, str]:
    """What each component ran in all cells; more than one image of it is worth knowing."""
    components = sorted({component for one in records for component in one.images})
    ids = {name: sorted({image for one in records for image in one.images.get(name, ())}) for name in components}
    return {name: " and ".join(found) for name, found in ids.items()}


def _provenance(
    observed: ObservedComparison,
    plan: ComparisonPlan,
    records: Sequence[CellRecord],
    limits: dict[str, str],
    now: int,
) -> ComparisonProvenance:
    status, metadata = observed.status, observed.metadata
    return ComparisonProvenance(
        run=status.run or metadata["name"],
        name=plan.name,
        began=status.start_time or format_time(now),
        ended=format_time(now),
        place="cluster",
        command=["kubectl", "apply", "--namespace", metadata["namespace"], "--filename", "FILE"],
        manifest=manifest_text(observed.subject),
        versions=versions(),
        nodes=len(status.nodes) or None,
        limits=limits,
        images=_images(records),
    )
