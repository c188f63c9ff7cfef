"""What follows from how a comparison stands: one step of its cell, the next cell, or its end. Pure.

A cell is written into the status before anything of it is made, and is over when it has a record; only when nothing of
it is left does the next begin.
"""

from dataclasses import dataclass
from typing import Final

from telemetry_contract.times import MICROSECONDS_PER_SECOND, parse_time
from telemetry_loadtest.comparison_plan import ComparisonPlan, PlannedCell, cells_of
from telemetry_loadtest.comparison_results import CellRecord
from telemetry_operator.reconcile.comparisons.observed import ObservedComparison
from telemetry_operator.reconcile.comparisons.reasons import ComparisonReason, Said
from telemetry_operator.resources.objects import Object
from telemetry_operator.specs.benchmark_status import Phase, ResultStatus, read_benchmark_status
from telemetry_operator.specs.status import ConditionStatus, ConditionType, read_status

PREPARING_SECONDS: Final = 900.0
"""After which a platform that is not Available is a cell that failed."""
TOGETHER_SECONDS: Final = 3600.0
"""Of rest within a block, after which its cells of one profile are run again: what the day did to them is not alike."""


@dataclass(frozen=True, slots=True)
class Begin:
    """The next cell."""

    cell: PlannedCell


@dataclass(frozen=True, slots=True)
class MakePlatform:
    """The cell has no platform yet."""

    cell: PlannedCell


@dataclass(frozen=True, slots=True)
class MakeRun:
    """The cell's platform is Available."""

    cell: PlannedCell


@dataclass(frozen=True, slots=True)
class Wait:
    """The cell goes on by itself."""

    doing: Said


@dataclass(frozen=True, slots=True)
class Keep:
    """The cell was run, and its result can be had."""

    cell: PlannedCell
    result: ResultStatus


@dataclass(frozen=True, slots=True)
class Fail:
    """The cell has no result, and why."""

    cell: PlannedCell
    why: str


@dataclass(frozen=True, slots=True)
class Clear:
    """What is left of the cell before goes first."""


@dataclass(frozen=True, slots=True)
class Forget:
    """Cells that the next one was to stand close to are too long ago."""

    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Judge:
    """No further cell is begun."""

    why: Said


Step = Begin | MakePlatform | MakeRun | Wait | Keep | Fail | Clear | Forget | Judge


def next_step(observed: ObservedComparison, plan: ComparisonPlan, now: int) -> Step:
    """What follows at a moment (µs)."""
    cell = current_cell(observed, plan)
    if cell is not None and observed.stop is None and cell.name not in observed.records:
        return _of_cell(observed, cell, now)
    if observed.platforms or observed.benchmarks or observed.pods or observed.claims:
        return Clear()
    if ending := _ending(observed, plan, now):
        return Judge(ending)
    if torn := torn_apart(observed, plan, now):
        return Forget(torn)
    return Begin(remaining(observed, plan)[0])


def current_cell(observed: ObservedComparison, plan: ComparisonPlan) -> PlannedCell | None:
    named = observed.status.cell
    return next((cell for cell in cells_of(plan) if named and cell.name == named.name), None)


def remaining(observed: ObservedComparison, plan: ComparisonPlan) -> list[PlannedCell]:
    return [cell for cell in cells_of(plan) if cell.name not in observed.records]


def torn_apart(observed: ObservedComparison, plan: ComparisonPlan, now: int) -> tuple[str, ...]:
    """The cells of the next one's block and profile, where they ended too long ago to stand beside it."""
    left = remaining(observed, plan)
    together = [one for one in observed.records.values() if left and _stand_together(one, left[0])]
    ends = [parse_time(one.ended) for one in together if one.ended]
    if not ends or now - max(ends) <= TOGETHER_SECONDS * MICROSECONDS_PER_SECOND:
        return ()
    return tuple(one.name for one in together)


def _stand_together(record: CellRecord, cell: PlannedCell) -> bool:
    return (record.block, record.profile) == (cell.block, cell.profile)


def _ending(observed: ObservedComparison, plan: ComparisonPlan, now: int) -> Said | None:
    total, left = len(cells_of(plan)), len(remaining(observed, plan))
    done = f"{total - left} of {total} cells are over"
    if observed.stop is not None:
        return Said(ComparisonReason.STOPPED, f"stopped by a person: {observed.stop}; {done}")
    if not left:
        return Said(ComparisonReason.COMPARED, done)
    if _is_hopeless(observed, plan):
        return Said(ComparisonReason.NO_NUMBERS, f"not one cell of a whole block has a number; {done}")
    deadline = observed.model.spec.deadline if observed.model else None
    begun = observed.status.start_time
    if deadline and begun and now - parse_time(begun) >= deadline.seconds * MICROSECONDS_PER_SECOND:
        return Said(ComparisonReason.DEADLINE_EXCEEDED, f"its deadline of {deadline} has passed; {done}")
    return None


def _is_hopeless(observed: ObservedComparison, plan: ComparisonPlan) -> bool:
    """Whether none of the cells of a whole block has a number: nor will those of others."""
    of_block = len(plan.variants) * len(plan.profiles)
    blocks = [
        [record for record in observed.records.values() if record.block == block] for block in range(1, plan.blocks + 1)
    ]
    return any(len(block) == of_block and all(one.value is None for one in block) for block in blocks)


# Within a cell.


def _of_cell(observed: ObservedComparison, cell: PlannedCell, now: int) -> Step:
    assert observed.status.cell is not None  # noqa: S101 - it is the current one
    name = observed.status.cell.object
    if name in observed.benchmarks:
        return _of_run(observed.benchmarks[name], cell)
    platform = observed.platforms.get(name)
    doing = _doing(platform, cell)
    if doing is None:
        return MakeRun(cell)
    waited = now - parse_time(observed.status.cell.start_time)
    if waited > PREPARING_SECONDS * MICROSECONDS_PER_SECOND:
        return Fail(cell, f"its platform was not Available {PREPARING_SECONDS:.0f} s after it was asked for: {doing}")
    return MakePlatform(cell) if platform is None else Wait(Said(ComparisonReason.PREPARING_CELL, doing))


def _of_run(benchmark: Object, cell: PlannedCell) -> Step:
    status = read_benchmark_status(benchmark)
    if status.result is not None and status.phase is Phase.FINISHED:
        return Keep(cell, status.result)
    if status.phase in {Phase.FINISHED, Phase.REFUSED}:
        return Fail(cell, status.reason or f"its run was {status.phase}")
    how = status.step or "its run begins"
    return Wait(Said(ComparisonReason.LOADING_CELL, f"{cell.name}: {how}"))


def _doing(platform: Object | None, cell: PlannedCell) -> str | None:
    """What the platform still waits for; None where it is Available as it is asked for."""
    if platform is None:
        return f"{cell.name}: its platform is made"
    metadata, status = platform["metadata"], read_status(platform)
    available = status.condition(ConditionType.AVAILABLE)
    if available is None or available.observed_generation != metadata.get("generation"):
        return f"{cell.name}: its platform comes up"
    if available.status is ConditionStatus.TRUE and "deletionTimestamp" not in metadata:
        return None
    return f"{cell.name}: {status.reason or status.step or available.message}"
