"""What a comparison does not show: said with its answer, so that nobody reads more out of it."""

from collections import Counter
from collections.abc import Iterator, Sequence

from telemetry_loadtest.comparison_plan import ComparisonPlan, PrimaryKind, Variant, cells_of
from telemetry_loadtest.comparison_results import CellRecord, ComparisonProvenance, Noise, remaining_cells
from telemetry_loadtest.report.words import number
from telemetry_loadtest.result_views import is_busy
from telemetry_loadtest.results import Verdict


def caveats(
    plan: ComparisonPlan, records: Sequence[CellRecord], provenance: ComparisonProvenance, noise: Sequence[Noise]
) -> Iterator[str]:
    """Yield sentences, the gravest first."""
    yield from _of_cells(plan, records)
    yield from _of_noise(noise)
    yield from _of_machine(plan, provenance)
    yield from _of_cluster(provenance)
    yield from _of_acknowledgements(plan)
    yield from _of_measurement(plan, records)
    yield (
        "It is one workload, on one size of fleet, for minutes: what months of data, other devices or another mixture "
        "of requests would change was not measured."
    )


def _of_cells(plan: ComparisonPlan, records: Sequence[CellRecord]) -> Iterator[str]:
    left, planned = len(remaining_cells(plan, list(records))), len(cells_of(plan))
    if left:
        yield f"{left} of {planned} cells were not run: what is said here is of the others."
    without = Counter(one.verdict for one in records if one.value is None and one.verdict is not Verdict.ABORTED)
    if without:
        kinds = ", ".join(f"{many} {verdict}" for verdict, many in without.items())
        yield f"Cells without a number: {kinds}. A block counts for a profile where all that is ranked has its number."


def _of_noise(noise: Sequence[Noise]) -> Iterator[str]:
    if not noise:
        yield (
            "No variant was compared with itself: how much two runs of the same thing differ here is not known, beyond "
            "what the blocks say."
        )
    for one in noise:
        if one.sound is False:
            yield (
                f"In {one.profile} the same architecture differed from itself ({one.repeat} over {one.variant}: "
                f"{number(one.ratio)}): no difference of that profile is to be believed."
            )


def _of_machine(plan: ComparisonPlan, provenance: ComparisonProvenance) -> Iterator[str]:
    if provenance.place != "machine":
        return
    cores = f"the {provenance.machine.cores} cores of one machine" if provenance.machine else "one machine's cores"
    yield (
        f"Generator and platform shared {cores}: they took time from each other. What is ranked is this arrangement, "
        "and no figure is what a platform carries on machines of its own."
    )
    if (machine := provenance.machine) and is_busy(machine):
        yield f"The machine was not idle before: its load was {number(machine.load_before)} on {machine.cores} cores."
    yield "On one machine no quota makes the variants equal: each took of it what it could."
    for variant in plan.variants:
        yield from _of_scaling(variant)


def _of_scaling(variant: Variant) -> Iterator[str]:
    if variant.choices.get("scaling") != "hpa":
        return
    if variant.repeats:
        yield f"On one machine an autoscaler adds no capacity: here {variant.name} is {variant.repeats}, run once more."
    else:
        yield f"On one machine an autoscaler adds no capacity: {variant.name} was measured as it starts."


def _of_cluster(provenance: ComparisonProvenance) -> Iterator[str]:
    if provenance.place != "cluster":
        return
    if provenance.nodes == 1:
        yield (
            "All pods, the generator's too, shared one node: this proves that the comparison works, and ranks nothing "
            "for clusters of several."
        )
    if not provenance.limits:
        yield "No quota made the variants equal: each took what the cluster gave it."


def _of_acknowledgements(plan: ComparisonPlan) -> Iterator[str]:
    if len({variant.acknowledges for variant in plan.variants}) < 2:  # noqa: PLR2004 - one meaning, nothing to say
        return
    if plan.primary.metric.of_acknowledgement:
        yield (
            f"{plan.primary.metric.name} counts until a write is acknowledged. What was stored by then is never ranked "
            "against what was only queued: freshness says how long that takes."
        )
    else:
        yield "Some variants acknowledge what is stored, others what is queued: durable too, and readable later."


def _of_measurement(plan: ComparisonPlan, records: Sequence[CellRecord]) -> Iterator[str]:
    if plan.primary.kind is PrimaryKind.CEILING:
        yield "A ceiling is the highest rate that held; the lowest that did not is up to a search's precision above."
    if any(one.cost and one.cost.memory_bytes for one in records):
        yield "Memory adds up what each process or pod holds: what they share is counted with each. Cost is not tested."
    hidden = [one.cost.unavailable for one in records if one.cost and one.cost.unavailable]
    if hidden:
        yield f"The cost of {len(hidden)} of {len(records)} cells is unavailable in part; of the first: {hidden[0]}."
