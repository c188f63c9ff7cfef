"""One visit of a TelemetryBenchmark, as a table of contents.

A visit decides everything anew from what it observes and does one thing, so it may end anywhere: the next carries on.
What it has to remember (that the run began, and when) stands in the status before anything is made.
"""

import asyncio
import secrets
import time
from contextlib import suppress
from dataclasses import dataclass
from typing import Final, Protocol

import structlog

from telemetry_contract.keys import parse_keyring
from telemetry_contract.times import MICROSECONDS_PER_SECOND
from telemetry_loadtest.credentials import issue_credentials
from telemetry_loadtest.measured import Measured as MeasuredLoad
from telemetry_loadtest.measured import Searched
from telemetry_loadtest.plan import Plan
from telemetry_loadtest.progress import Progress
from telemetry_loadtest.results import Result
from telemetry_operator.benchmarks.planning import plan_of
from telemetry_operator.client.query import QueryError
from telemetry_operator.cluster.errors import AlreadyExistsError, ClusterError, ForbiddenError, RefusedError
from telemetry_operator.cluster.kinds import kind_named
from telemetry_operator.cluster.protocols import StatusWriter, Writer
from telemetry_operator.reconcile.reporting.readiness import signed_by_the_oldest
from telemetry_operator.reconcile.reporting.recorder import Recorder
from telemetry_operator.reconcile.reporting.telling import Teller, notice_of_phase
from telemetry_operator.reconcile.runs import status as told_as
from telemetry_operator.reconcile.runs.admission import place_of, refusal_of, unavailable
from telemetry_operator.reconcile.runs.closing import (
    assemble_result,
    close_books,
    close_books_of_trials,
    conclude_search,
    count_readings,
)
from telemetry_operator.reconcile.runs.collector import Collected, fetch_collected
from telemetry_operator.reconcile.runs.decide import (
    Ended,
    Measured,
    closing_is_late,
    decide,
    gone,
    making_is_late,
)
from telemetry_operator.reconcile.runs.failures import explained, explained_trials
from telemetry_operator.reconcile.runs.master import Master, address_of, reach_master
from telemetry_operator.reconcile.runs.observe import observe_run
from telemetry_operator.reconcile.runs.observed import ObservedRun
from telemetry_operator.reconcile.runs.reasons import RunReason, Said
from telemetry_operator.reconcile.runs.room import without_room
from telemetry_operator.reconcile.runs.storing import build_results
from telemetry_operator.reconcile.runs.talking import Address, SilentPodError
from telemetry_operator.reconcile.runs.watching import watch_platform
from telemetry_operator.resources.benchmark import build_run, target_in_cluster
from telemetry_operator.resources.benchmark_context import Run
from telemetry_operator.resources.benchmark_inputs import Opened, TooLargeError, build_credentials
from telemetry_operator.resources.objects import JOB, NETWORK_POLICY, RESOURCE_QUOTA, SECRET, SERVICE, Object, key_of
from telemetry_operator.resources.observer import config_of
from telemetry_operator.specs.benchmark import ExistingData, TelemetryBenchmark
from telemetry_operator.specs.benchmark_status import OVER, BenchmarkStatus, Phase
from telemetry_operator.specs.platform import TelemetryPlatform

log = structlog.get_logger(__name__)

LOOK_SECONDS: Final = 3.0
"""While a run goes on; its master is asked, and no watch tells of it."""
QUEUE_SECONDS: Final = 5.0
TOKEN_BYTES: Final = 32
CLEARED: Final = frozenset({JOB.kind, SECRET.kind, SERVICE.kind, NETWORK_POLICY.kind})
"""What goes when a run is over; its plan and result go with the benchmark."""


class RunCluster(Writer, StatusWriter, Protocol):
    """What visits of benchmarks need of the cluster."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunVisit:
    """What one visit of a benchmark came to."""

    observed: ObservedRun
    status: BenchmarkStatus | None = None
    """What was said; None where nothing was left to say."""
    again_seconds: float | None = None


class BenchmarkReconciler:
    """Visits benchmarks, any number of different ones at a time."""

    def __init__(self, cluster: RunCluster, recorder: Recorder, *, image: str, operator_namespace: str | None) -> None:
        self._cluster = cluster
        self._teller = Teller(cluster, recorder)
        self._image = image
        self._operator_namespace = operator_namespace
        self._admitting = asyncio.Lock()

    async def reconcile_benchmark(self, namespace: str, name: str) -> RunVisit | None:
        """What was seen and done; None where there is no such benchmark.

        Raises:
            ClusterError: the API server could not be asked, or did not take what was written.
        """
        observed = await observe_run(self._cluster, namespace, name)
        if observed is None:
            return None
        if observed.leaving:
            return RunVisit(observed=observed)
        if observed.is_over:
            await self._clear(observed)
            return RunVisit(observed=observed)
        if observed.status.run is None:
            status = await self._admit(namespace, name)
        else:
            status = await self._follow(observed)
            await self._say(observed, status)
            if status.result is not None:
                await self._release(observed)
        return RunVisit(observed=observed, status=status, again_seconds=_pause(status))

    # Before the load.

    async def _admit(self, namespace: str, name: str) -> BenchmarkStatus | None:
        """Refuse, queue or begin. One at a time: two that ask together must not both find the platform free."""
        async with self._admitting:
            observed = await observe_run(self._cluster, namespace, name)
            if observed is None or observed.leaving or observed.status.run is not None:
                return None
            status = await self._admitted(observed)
            await self._say(observed, status)
            return status

    async def _admitted(self, observed: ObservedRun) -> BenchmarkStatus:
        if why := refusal_of(observed):
            return told_as.refused(observed, why, _now())
        if observed.stop is not None:
            return told_as.ended(observed, Said(RunReason.STOPPED, f"stopped before it began: {observed.stop}"), _now())
        if place := place_of(observed):
            return told_as.queued(observed, place, _now())
        if why := unavailable(observed) or await self._foreign(observed) or await self._unfit(observed):
            return told_as.refused(observed, why, _now())
        return told_as.begun(observed, _now())

    async def _foreign(self, observed: ObservedRun) -> Said | None:
        benchmark, *_ = _found(observed)
        if benchmark.spec.existing_data is ExistingData.ALLOW:
            return None
        name = benchmark.spec.platform
        try:
            kept = await count_readings(observed, _plan(observed), _now())
        except QueryError as error:
            return Said(RunReason.PLATFORM_NOT_AVAILABLE, f"{name}: {error.message}")
        if not kept:
            return None
        words = f"{name} holds {kept:,} readings already; spec.existingData: Allow loads it nevertheless"
        return Said(RunReason.FOREIGN_DATA, words)

    async def _unfit(self, observed: ObservedRun) -> Said | None:
        try:
            objects = self._objects(observed, _plan(observed))
        except TooLargeError as error:
            return Said(RunReason.RUN_DOES_NOT_FIT, error.message)
        return without_room(await self._cluster.list(RESOURCE_QUOTA, observed.metadata["namespace"]), objects)

    # The load.

    async def _follow(self, observed: ObservedRun) -> BenchmarkStatus:
        if observed.platform is None:
            return told_as.ended(observed, gone(observed), _now())
        plan = _plan(observed)
        if observed.status.phase is Phase.STARTING and (why := await self._make(observed, plan)):
            return told_as.ended(observed, why, _now())
        told, _ = await asyncio.gather(self._ask(observed), watch_platform(self._cluster, observed))
        decision = decide(observed, plan, told, _now())
        match decision:
            case Ended(why):
                return told_as.ended(observed, why, _now())
            case Measured():
                return await self._close(observed, plan)
        if observed.status.phase is Phase.CLOSING:
            return told_as.closing(observed, _now())
        return told_as.going(observed, plan, told, decision.doing, _now())

    async def _make(self, observed: ObservedRun, plan: Plan) -> Said | None:
        """What is not there yet; what is left of another benchmark of this name is waited for until it is gone.

        Returns why it is given up, where the API server has refused it for long enough.
        """
        for built in self._objects(observed, plan):
            if key_of(built) not in observed.objects:
                try:
                    await self._cluster.create(built)
                except AlreadyExistsError:
                    log.info("object-stands-already", kind=built["kind"], object=built["metadata"]["name"])
                except (ForbiddenError, RefusedError) as error:
                    if why := making_is_late(observed, _now(), str(error)):
                        return why
                    raise
        return None

    def _objects(self, observed: ObservedRun, plan: Plan) -> tuple[Object, ...]:
        """All that the run is made of; the credentials are new each time, and only the first ones are kept."""
        benchmark, platform, keys = _found(observed)
        run = Run(
            benchmark=benchmark,
            platform=platform,
            plan=plan,
            uid=observed.metadata["uid"],
            image=self._image,
            operator_namespace=self._operator_namespace,
        )
        opened = Opened(
            credentials=issue_credentials(plan, signed_by_the_oldest(parse_keyring(keys)), time.time()),
            control_token=secrets.token_urlsafe(TOKEN_BYTES),
            collector_token=secrets.token_urlsafe(TOKEN_BYTES),
            servers=config_of(platform, observed.platform.passwords if observed.platform else {}),
        )
        return (build_credentials(run, opened), *build_run(run))

    async def _ask(self, observed: ObservedRun) -> Progress | None:
        """The master's word, after it was told to end where somebody wants that; None where it does not answer."""
        address = address_of(observed)
        if address is None:
            return None
        try:
            async with reach_master(address) as master:
                if observed.stop is not None:
                    await master.stop(f"stopped by a person: {observed.stop}")
                return await master.progress()
        except SilentPodError as error:
            log.debug("master-silent", error=str(error))
            return None

    # After the load.

    async def _close(self, observed: ObservedRun, plan: Plan) -> BenchmarkStatus:
        address = address_of(observed)
        if observed.status.phase is not Phase.CLOSING or address is None:
            return told_as.closing(observed, _now())
        try:
            return await self._closed(observed, plan, address)
        except (SilentPodError, ClusterError) as error:
            if why := closing_is_late(observed, _now(), str(error)):
                return told_as.ended(observed, why, _now())
            raise

    async def _closed(self, observed: ObservedRun, plan: Plan, address: Address) -> BenchmarkStatus:
        async with reach_master(address) as master:
            result = await self._result(observed, plan, master)
            objects, kept = build_results(observed.subject, result)
            for built in objects:
                await self._cluster.apply(built)
            return told_as.finished(observed, result, kept, _now())

    async def _result(self, observed: ObservedRun, plan: Plan, master: Master) -> Result:
        command = _command(observed)
        if plan.search is None:
            measured = explained(await master.result(MeasuredLoad), observed, _now())
            closed = await close_books(observed, plan, measured)
            collected = await self._collected(observed)
            return assemble_result(observed, plan, closed, collected, command=command, now=_now())
        searched = explained_trials(await master.result(Searched), observed, _now())
        of_trials = await close_books_of_trials(observed, plan, searched)
        collected = await self._collected(observed)
        return conclude_search(observed, plan, of_trials, collected, command=command, now=_now())

    async def _collected(self, observed: ObservedRun) -> Collected:
        # What ends up in the metrics API comes late: the books took a while, and this look takes it along.
        await watch_platform(self._cluster, observed)
        return await fetch_collected(observed)

    async def _release(self, observed: ObservedRun) -> None:
        """Tell the master that its result stands elsewhere; one that does not hear it ends when its Job is deleted."""
        if (address := address_of(observed)) is not None:
            with suppress(SilentPodError):
                async with reach_master(address) as master:
                    await master.stored()

    async def _clear(self, observed: ObservedRun) -> None:
        """Delete what ran and what opened doors. The master ends with its pod: its result is stored."""
        for key, found in observed.objects.items():
            metadata = found["metadata"]
            if key.kind in CLEARED and "deletionTimestamp" not in metadata:
                await self._cluster.delete(
                    kind_named(key.kind), metadata["namespace"], metadata["name"], uid=metadata["uid"]
                )

    async def _say(self, observed: ObservedRun, status: BenchmarkStatus) -> None:
        began = observed.status.phase is not status.phase
        notices = (notice_of_phase(status.conditions, RunReason),) if began else ()
        await self._teller.tell(observed.subject, status, notices, _now())


def _pause(status: BenchmarkStatus | None) -> float | None:
    if status is None or status.phase in OVER:
        return None
    return QUEUE_SECONDS if status.phase is Phase.QUEUED else LOOK_SECONDS


def _found(observed: ObservedRun) -> tuple[TelemetryBenchmark, TelemetryPlatform, bytes]:
    """The models and the platform's keys, of a run that was not refused and whose platform stands."""
    assert observed.model is not None  # noqa: S101 - see above
    assert observed.platform is not None  # noqa: S101 - see above
    return observed.model, observed.platform.model, observed.platform.keys or b""


def _plan(observed: ObservedRun) -> Plan:
    """The same at each visit: it follows from the spec and the run's name."""
    benchmark, platform, _ = _found(observed)
    return plan_of(benchmark.spec, observed.status.run or benchmark.metadata.name, target_in_cluster(platform))


def _command(observed: ObservedRun) -> str:
    return f"kubectl apply --namespace {observed.metadata['namespace']} --filename FILE"


def _now() -> int:
    return time.time_ns() // (1_000_000_000 // MICROSECONDS_PER_SECOND)
