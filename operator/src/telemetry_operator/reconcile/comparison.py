"""One visit of an ArchitectureComparison, as a table of contents.

A visit decides everything anew from what it observes and does one thing, so it may end anywhere: the next carries on.
Cells are run one at a time, each on a platform of its own, by the benchmark that a person could have applied.
"""

import asyncio
import time
from dataclasses import dataclass
from typing import Final, Protocol

import msgspec
import structlog

from telemetry_contract.times import MICROSECONDS_PER_SECOND, format_time
from telemetry_loadtest.comparison_plan import ComparisonPlan, PlannedCell
from telemetry_loadtest.comparison_records import failed_record, record_of
from telemetry_loadtest.comparison_results import CellRecord
from telemetry_loadtest.results import NotAResultError
from telemetry_operator.cluster.errors import AlreadyExistsError
from telemetry_operator.cluster.kinds import kind_named
from telemetry_operator.cluster.protocols import StatusWriter, Writer
from telemetry_operator.comparisons.bounding import Bound, Unbound, bound_of, fitted
from telemetry_operator.comparisons.cells import benchmark_of_cell, spec_of_cell
from telemetry_operator.reconcile.comparisons import next as following
from telemetry_operator.reconcile.comparisons import status as told_as
from telemetry_operator.reconcile.comparisons.next import next_step
from telemetry_operator.reconcile.comparisons.observe import observe_comparison
from telemetry_operator.reconcile.comparisons.observed import ObservedComparison
from telemetry_operator.reconcile.comparisons.quota import hold_quota, release_quota
from telemetry_operator.reconcile.comparisons.reasons import ComparisonReason, Said
from telemetry_operator.reconcile.comparisons.reckoning import judge, plan_for_cluster
from telemetry_operator.reconcile.comparisons.storing import build_comparison_results
from telemetry_operator.reconcile.reporting.notices import Notice
from telemetry_operator.reconcile.reporting.recorder import Recorder
from telemetry_operator.reconcile.reporting.telling import Teller, notice_of_phase
from telemetry_operator.reconcile.runs.storing import read_results
from telemetry_operator.resources.comparison import (
    build_cell_benchmark,
    build_cell_platform,
    build_record,
    cell_object_name,
)
from telemetry_operator.resources.objects import CONFIG_MAP, Key, Object
from telemetry_operator.specs.benchmark_status import ResultStatus
from telemetry_operator.specs.comparison import ArchitectureComparison
from telemetry_operator.specs.comparison_status import OVER, ComparisonStatus

log = structlog.get_logger(__name__)

LOOK_SECONDS: Final = 5.0
"""While a cell goes on. Watches tell of its platform and its run; of pods and claims that go they tell late."""


class ComparisonCluster(Writer, StatusWriter, Protocol):
    """What visits of comparisons need of the cluster."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparisonVisit:
    """What one visit of a comparison came to."""

    observed: ObservedComparison
    status: ComparisonStatus | None = None
    """What was said; None where nothing was left to say."""
    kept: CellRecord | None = None
    """The record of a cell that came to its end in it."""
    again_seconds: float | None = None


@dataclass(frozen=True, slots=True)
class _Going:
    """A comparison that has begun, with its plan."""

    observed: ObservedComparison
    model: ArchitectureComparison
    plan: ComparisonPlan
    bound: Bound | Unbound

    @property
    def subject(self) -> Object:
        return self.observed.subject


class ComparisonReconciler:
    """Visits comparisons, any number of different ones at a time."""

    def __init__(self, cluster: ComparisonCluster, recorder: Recorder, *, priority_class: str | None = None) -> None:
        self._cluster = cluster
        self._priority_class = priority_class
        self._teller = Teller(cluster, recorder)

    async def reconcile_comparison(self, namespace: str, name: str) -> ComparisonVisit | None:
        """What was seen and done; None where there is no such comparison.

        Raises:
            ClusterError: the API server could not be asked, or did not take what was written.
        """
        observed = await observe_comparison(self._cluster, namespace, name)
        if observed is None:
            return None
        if observed.leaving:
            return ComparisonVisit(observed=observed)
        if observed.is_over:
            await self._clear(observed)
            await self._forget(observed, tuple(observed.records))
            await release_quota(self._cluster, observed)
            return ComparisonVisit(observed=observed)
        status, kept = await self._visited(observed)
        await self._teller.tell(observed.subject, status, _notices(observed.status, status, kept), _now())
        again = None if status.phase in OVER else LOOK_SECONDS
        return ComparisonVisit(observed=observed, status=status, kept=kept, again_seconds=again)

    async def _visited(self, observed: ObservedComparison) -> tuple[ComparisonStatus, CellRecord | None]:
        planned = _planned(observed, self._priority_class)
        if isinstance(planned, Said):
            return told_as.refused(observed, planned, _now()), None
        if observed.status.run is None:
            return told_as.begun(observed, planned.plan, planned.bound, _now()), None
        step = next_step(observed, planned.plan, _now())
        if waits := await self._bounded(planned, step):
            return told_as.going(observed, planned.plan, waits, _now()), None
        if isinstance(step, following.Keep | following.Fail):
            return await self._keep(planned, step)
        return await self._take(planned, step), None

    async def _take(self, going: _Going, step: following.Step) -> ComparisonStatus:
        match step:
            case following.Begin(cell):
                return told_as.cell_begun(going.observed, going.plan, cell, _now())
            case following.Judge(why):
                return await self._end(going, why)
        return told_as.going(going.observed, going.plan, await self._go_on(going, step), _now())

    async def _go_on(self, going: _Going, step: following.Step) -> Said:
        match step:
            case following.Wait(doing):
                return doing
            case following.MakePlatform(cell):
                return await self._make_platform(going, cell)
            case following.MakeRun(cell):
                return await self._make_run(going, cell)
            case following.Forget(cells):
                await self._forget(going.observed, cells)
                return Said(ComparisonReason.CLEARING_CELL, f"{', '.join(cells)}: too long ago, and run again")
        return await self._clear(going.observed)

    # A cell.

    async def _bounded(self, going: _Going, step: following.Step) -> Said | None:
        """What the next cell waits for before it is begun; one that is under way goes on."""
        if isinstance(going.bound, Unbound) or isinstance(step, following.Judge):
            return None
        waits = await hold_quota(self._cluster, going.observed, going.bound)
        return waits if isinstance(step, following.Begin) else None

    async def _make_platform(self, going: _Going, cell: PlannedCell) -> Said:
        spec = fitted(going.model.spec, spec_of_cell(going.model, going.plan, cell), going.bound)
        await self._create(build_cell_platform(going.subject, cell, spec))
        return Said(ComparisonReason.PREPARING_CELL, f"{cell.name}: its platform comes up")

    async def _make_run(self, going: _Going, cell: PlannedCell) -> Said:
        name = cell_object_name(going.model.metadata.name, cell)
        benchmark = benchmark_of_cell(going.model, cell, name)
        await self._create(build_cell_benchmark(going.subject, benchmark, name))
        return Said(ComparisonReason.LOADING_CELL, f"{cell.name}: its run begins")

    async def _create(self, built: Object) -> None:
        """Made once; what is left of another comparison of this name is waited for until it is gone."""
        try:
            await self._cluster.create(built)
        except AlreadyExistsError:
            log.info("object-stands-already", kind=built["kind"], object=built["metadata"]["name"])

    async def _keep(self, going: _Going, step: following.Keep | following.Fail) -> tuple[ComparisonStatus, CellRecord]:
        """Keep what came of a cell, before anything of it is taken away."""
        observed, plan, cell = going.observed, going.plan, step.cell
        began = observed.status.cell.start_time if observed.status.cell else None
        if isinstance(step, following.Keep):
            record = await self._recorded(going, cell, step.result)
        else:
            record = failed_record(cell, plan, step.why, began=began, ended=format_time(_now()))
        await self._cluster.apply(build_record(observed.subject, cell.name, msgspec.json.encode(record)))
        said = Said(ComparisonReason.CLEARING_CELL, f"{cell.name} is over, and taken away")
        return told_as.going(observed, plan, said, _now(), kept=record), record

    async def _recorded(self, going: _Going, cell: PlannedCell, kept: ResultStatus) -> CellRecord:
        namespace = going.observed.metadata["namespace"]
        parts = [await self._cluster.get(CONFIG_MAP, namespace, name) for name in kept.config_maps]
        try:
            return record_of(read_results(kept, [part or {} for part in parts]), cell, going.plan)
        except NotAResultError as error:
            return failed_record(cell, going.plan, str(error), ended=format_time(_now()))

    async def _clear(self, observed: ObservedComparison) -> Said:
        """Delete the cell's run, then its platform; both go with all that is theirs, and are waited for."""
        found = observed.benchmarks or observed.platforms
        for one in found.values():
            await self._delete(one)
        return Said(ComparisonReason.CLEARING_CELL, "what is left of the cell before is taken away")

    async def _delete(self, found: Object) -> None:
        metadata = found["metadata"]
        if "deletionTimestamp" not in metadata:
            kind = kind_named(found["kind"])
            await self._cluster.delete(kind, metadata["namespace"], metadata["name"], uid=metadata["uid"])

    async def _forget(self, observed: ObservedComparison, cells: tuple[str, ...]) -> None:
        for cell in cells:
            name = build_record(observed.subject, cell, b"")["metadata"]["name"]
            if found := observed.kept.get(Key(CONFIG_MAP.kind, name)):
                await self._delete(found)

    # The end.

    async def _end(self, going: _Going, why: Said) -> ComparisonStatus:
        """Judge and keep what there is; the records stand in the result, and go at the next visit."""
        observed, plan = going.observed, going.plan
        if not observed.records:
            return told_as.finished(observed, plan, why, None, _now())
        result = await asyncio.to_thread(judge, observed, plan, list(observed.records.values()), going.bound, _now())
        objects, kept = build_comparison_results(observed.subject, result)
        for built in objects:
            await self._cluster.apply(built)
        return told_as.finished(observed, plan, why, (result, kept), _now())


def _planned(observed: ObservedComparison, priority_class: str | None) -> _Going | Said:
    """The comparison with its plan, or why it may not be had."""
    model = observed.model
    if model is None:
        return Said(ComparisonReason.INVALID_SPEC, observed.fault)
    plan = plan_for_cluster(model)
    if isinstance(plan, Said):
        return plan
    return _Going(observed, model, plan, _bound(observed.status, bound_of(model, priority_class)))


def _bound(status: ComparisonStatus, found: Bound | Unbound) -> Bound | Unbound:
    """As it was when the comparison began: cells with a quota and cells without are not alike."""
    said = status.plan
    if said is None or said.quota or isinstance(found, Unbound):
        return found
    return Unbound(said.unequal or "no quota was made when it began")


def _notices(old: ComparisonStatus, new: ComparisonStatus, kept: CellRecord | None) -> tuple[Notice, ...]:
    """An Event for each phase, for variants that are not equal, and for each cell that has no number."""
    notices = [notice_of_phase(new.conditions, ComparisonReason)] if old.phase is not new.phase else []
    if old.run is None and new.plan and (why := new.plan.unequal):
        notices.append(Notice(ComparisonReason.NOT_EQUAL, f"nothing makes the variants equal: {why}", is_warning=True))
    if kept is not None and kept.value is None:
        notices.append(Notice(ComparisonReason.CELL_FAILED, f"{kept.name}: {kept.reason}", is_warning=True))
    return tuple(notices)


def _now() -> int:
    return time.time_ns() // (1_000_000_000 // MICROSECONDS_PER_SECOND)
