"""The operator from its start to its end: stand by, lead, look after platforms, give the Lease back."""

import asyncio
import secrets
from collections.abc import Coroutine
from contextlib import AsyncExitStack
from dataclasses import dataclass
from functools import partial
from typing import Any, Final, TypeVar

import structlog

from telemetry_operator.cluster.client import Cluster, connect, load_configuration
from telemetry_operator.controller import metrics
from telemetry_operator.controller.health import Health, serve_health
from telemetry_operator.controller.lease import Leadership, unique_identity
from telemetry_operator.controller.queue import WorkQueue
from telemetry_operator.controller.reach import find_reach, wait_for_more
from telemetry_operator.controller.schedule import Pace
from telemetry_operator.controller.settings import OperatorSettings
from telemetry_operator.controller.signals import heed_signals
from telemetry_operator.controller.visiting import visits_of, visits_of_benchmarks, visits_of_comparisons
from telemetry_operator.controller.watcher import build_settings, watch, watched_paths
from telemetry_operator.controller.watches import Watches
from telemetry_operator.handlers import Queues, build_registry
from telemetry_operator.reconcile.apply import AfterWrite
from telemetry_operator.reconcile.benchmark import BenchmarkReconciler
from telemetry_operator.reconcile.comparison import ComparisonReconciler
from telemetry_operator.reconcile.planning.visit import Surroundings
from telemetry_operator.reconcile.platform import Reconciler
from telemetry_operator.reconcile.reporting.recorder import Recorder
from telemetry_operator.reconcile.reporting.report import Reporter

log = structlog.get_logger(__name__)

STUCK_SECONDS: Final = 60.0
EXIT_FAILED: Final = 1

_Result = TypeVar("_Result")


async def operate(settings: OperatorSettings, *, after_write: AfterWrite | None = None) -> int:
    """Run until SIGTERM, or until the process had better begin anew; returns its exit code."""
    stop = asyncio.Event()
    heed_signals(stop)
    async with AsyncExitStack() as stack:
        health = Health()
        port = await stack.enter_async_context(serve_health(health, settings.health_host, settings.health_port))
        log.info("operator-started", health_port=port, namespaces=settings.namespaces or "all")
        configuration = await load_configuration()
        leadership = Leadership(
            # A connection of its own: busy ones must not cost the lead.
            await stack.enter_async_context(connect(configuration)),
            namespace=settings.lease_namespace or settings.namespace,
            name=settings.lease_name,
            identity=settings.pod_name or unique_identity(),
        )
        cluster = await stack.enter_async_context(connect(configuration, may_write=leadership.leads))
        reporter = Reporter(cluster, instance=leadership.identity)
        stack.push_async_callback(reporter.close)
        surroundings = Surroundings(
            images=settings.images, operator_namespace=settings.namespace, entropy=secrets.token_bytes
        )
        recorder = Recorder(cluster, instance=leadership.identity)
        reconcilers = _Reconcilers(
            Reconciler(cluster, surroundings, reporter, after_write=after_write),
            BenchmarkReconciler(
                cluster, recorder, image=settings.loadtest_image, operator_namespace=settings.namespace
            ),
            ComparisonReconciler(cluster, recorder, priority_class=settings.comparison_priority_class),
        )
        return await _Program(settings, cluster, reconcilers, leadership, health, stop).serve()


@dataclass(frozen=True, slots=True)
class _Reconcilers:
    """One of each kind."""

    platforms: Reconciler
    benchmarks: BenchmarkReconciler
    comparisons: ComparisonReconciler


@dataclass(frozen=True, slots=True)
class _Work:
    """What is due, of each kind by itself: closing a run's books takes a minute, which no platform should wait for."""

    platforms: WorkQueue
    benchmarks: WorkQueue
    comparisons: WorkQueue

    @property
    def all(self) -> tuple[WorkQueue, ...]:
        return self.platforms, self.benchmarks, self.comparisons


@dataclass(frozen=True, slots=True)
class _Program:
    settings: OperatorSettings
    cluster: Cluster
    reconcilers: _Reconcilers
    leadership: Leadership
    health: Health
    stop: asyncio.Event

    async def serve(self) -> int:
        # Who cannot list platforms is not ready; what can be listed when this process leads is looked at then.
        if not await self._unless_stopped(find_reach(self.cluster, self.settings.namespaces)):
            return 0
        self.health.ready = True
        await self._unless_stopped(self.leadership.acquire())
        code = 0 if self.stop.is_set() else await self.lead()
        # Also of one that was acquired in the moment of the signal.
        await self.leadership.release()
        return code

    async def lead(self) -> int:
        """Look after platforms until something ends that should not, or the signal comes."""
        work = self._work()
        self._report(work)
        renewing = asyncio.create_task(self.leadership.renew(), name="renewing")
        parts = {
            renewing,
            asyncio.create_task(self.stop.wait(), name="stopping"),
            *(asyncio.create_task(queue.run(), name="visiting") for queue in work.all),
            asyncio.create_task(self._watch(work), name="watching"),
        }
        ended, _ = await asyncio.wait(parts, return_when=asyncio.FIRST_COMPLETED)
        if renewing in ended:
            # Another may lead in half a second: whatever is under way stops where it stands.
            for queue in work.all:
                queue.abandon()
            return EXIT_FAILED
        await asyncio.gather(*(queue.close() for queue in work.all))
        return 0 if self.stop.is_set() else _failed(ended)

    def _work(self) -> _Work:
        pace, reconcilers = Pace(resync=self.settings.resync_seconds), self.reconcilers
        visits = (
            visits_of(reconcilers.platforms),
            visits_of_benchmarks(reconcilers.benchmarks),
            visits_of_comparisons(reconcilers.comparisons),
        )
        return _Work(*(WorkQueue(one, pace=pace, concurrency=self.settings.concurrent_visits) for one in visits))

    async def _watch(self, work: _Work) -> None:
        """Listen to all that can be listened to; ends when that is no longer what it was."""
        reach = await find_reach(self.cluster, self.settings.namespaces)
        watches = Watches(watched_paths(reach.namespaces))
        metrics.WATCH_SILENCE.set_function(watches.silence)
        self.health.checks.append(watches.fault)
        more = asyncio.create_task(wait_for_more(self.cluster, reach))
        registry = build_registry(Queues(*(queue.put for queue in work.all)), hear=self.cluster.versions.note)
        watching = asyncio.create_task(watch(registry, build_settings(), reach.namespaces, watches, stop=self.stop))
        ended, _ = await asyncio.wait({more, watching}, return_when=asyncio.FIRST_COMPLETED)
        for part in ended:
            part.result()

    def _report(self, work: _Work) -> None:
        metrics.LEADER.set(1)
        metrics.PLATFORMS.set_function(lambda: len(work.platforms))
        metrics.QUEUE_DEPTH.set_function(lambda: sum(queue.depth() for queue in work.all))
        self.health.checks += [partial(queue.stuck, STUCK_SECONDS) for queue in work.all]

    async def _unless_stopped(self, coroutine: Coroutine[Any, Any, _Result]) -> _Result | None:
        """Await the coroutine; None if the signal to stop came first."""
        work, stopping = asyncio.create_task(coroutine), asyncio.create_task(self.stop.wait())
        try:
            await asyncio.wait({work, stopping}, return_when=asyncio.FIRST_COMPLETED)
            return work.result() if work.done() else None
        finally:
            for task in (work, stopping):
                task.cancel()


def _failed(ended: set[asyncio.Task[Any]]) -> int:
    for part in ended:
        if error := part.exception():
            log.error("part-failed", part=part.get_name(), exc_info=error)
        else:
            log.info("beginning-anew", part=part.get_name())
    return EXIT_FAILED
