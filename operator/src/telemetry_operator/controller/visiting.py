"""A visit as the queue calls it: reconcile one platform, count what was put right, and say when to come again."""

from datetime import datetime
from http import HTTPStatus

import structlog

from telemetry_operator.controller import metrics
from telemetry_operator.controller.queue import Visit as QueuedVisit
from telemetry_operator.controller.schedule import Outcome, PlatformName
from telemetry_operator.reconcile.benchmark import BenchmarkReconciler
from telemetry_operator.reconcile.comparison import ComparisonReconciler
from telemetry_operator.reconcile.plan import Cause, Visit
from telemetry_operator.reconcile.platform import Reconciler
from telemetry_operator.resources.objects import Object
from telemetry_operator.specs.status import read_status

log = structlog.get_logger(__name__)


def visits_of(reconciler: Reconciler) -> QueuedVisit:
    arrivals = Arrivals()

    async def visit(platform: PlatformName) -> Outcome:
        seen = await reconciler.reconcile_platform(platform.namespace, platform.name)
        if seen is None:
            return Outcome(gone=True)
        count(seen)
        arrivals.note(seen.observed.platform)
        return Outcome(again=seen.again_seconds, failed=bool(seen.failures))

    return visit


def count(visit: Visit) -> None:
    """Count what the visit put right, and what it was refused."""
    for change in visit.done:
        if change.cause is Cause.DRIFTED:
            metrics.CORRECTIONS.labels(change.key.kind).inc()
    for failure in visit.failures:
        key, error = failure.change.key, failure.error
        if error.status == HTTPStatus.CONFLICT:
            metrics.CONFLICTS.labels(key.kind).inc()
        log.warning("write-refused", kind=key.kind, object=key.name, error=str(error))


def visits_of_benchmarks(reconciler: BenchmarkReconciler) -> QueuedVisit:
    async def visit(benchmark: PlatformName) -> Outcome:
        seen = await reconciler.reconcile_benchmark(benchmark.namespace, benchmark.name)
        if seen is None:
            return Outcome(gone=True)
        if seen.status is not None and seen.status.verdict is not None:
            metrics.RUNS.labels(str(seen.status.verdict)).inc()
        return Outcome(again=seen.again_seconds)

    return visit


def visits_of_comparisons(reconciler: ComparisonReconciler) -> QueuedVisit:
    async def visit(comparison: PlatformName) -> Outcome:
        seen = await reconciler.reconcile_comparison(comparison.namespace, comparison.name)
        if seen is None:
            return Outcome(gone=True)
        if seen.kept is not None:
            metrics.CELLS.labels("failed" if seen.kept.value is None else "measured").inc()
        return Outcome(again=seen.again_seconds)

    return visit


class Arrivals:
    """Platforms on their way to being available for the first time, by uid."""

    def __init__(self) -> None:
        self._coming: set[str] = set()

    def note(self, platform: Object) -> None:
        """Observe once how long it took; of a platform that was available when first seen nobody knows."""
        uid = platform["metadata"]["uid"]
        available = read_status(platform).first_available_time
        if available is None:
            self._coming.add(uid)
        elif uid in self._coming:
            self._coming.discard(uid)
            created = platform["metadata"]["creationTimestamp"]
            metrics.AVAILABLE_SECONDS.observe((_moment(available) - _moment(created)).total_seconds())


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)
