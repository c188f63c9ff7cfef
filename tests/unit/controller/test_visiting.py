import pytest
from prometheus_client import REGISTRY

from telemetry_loadtest.comparison_results import CellRecord
from telemetry_loadtest.results import Verdict
from telemetry_operator.cluster.errors import ClusterError, ConflictError, ForbiddenError
from telemetry_operator.controller.schedule import Outcome, PlatformName
from telemetry_operator.controller.visiting import (
    Arrivals,
    count,
    visits_of,
    visits_of_benchmarks,
    visits_of_comparisons,
)
from telemetry_operator.reconcile.benchmark import RunVisit
from telemetry_operator.reconcile.comparison import ComparisonVisit
from telemetry_operator.reconcile.comparisons.observed import ObservedComparison
from telemetry_operator.reconcile.observed import Observed
from telemetry_operator.reconcile.plan import Cause, Change, Failure, Plan, Step, Verb, Visit
from telemetry_operator.resources.objects import Object
from telemetry_operator.specs.benchmark_status import BenchmarkStatus
from telemetry_operator.specs.comparison_status import ComparisonStatus
from tests.unit.reconcile.runs.given import observed

NAME = PlatformName("default", "demo")


def platform(**status: str) -> Object:
    metadata = {"name": "demo", "namespace": "default", "uid": "1", "creationTimestamp": "2026-01-01T00:00:00Z"}
    return {"metadata": metadata, "status": status}


def change(cause: Cause, kind: str = "Deployment") -> Change:
    built = {"kind": kind, "metadata": {"name": "demo-producer", "namespace": "default"}}
    return Change(step=Step.WORKLOADS, verb=Verb.APPLY, cause=cause, built=built)


def visit(*done: Change, errors: tuple[ClusterError, ...] = (), again: float | None = None) -> Visit:
    failures = tuple(Failure(change=change(Cause.CHANGED), error=error) for error in errors)
    observed = Observed(platform=platform())
    return Visit(observed=observed, plan=Plan(platform=None), done=done, failures=failures, again_seconds=again)


class Reconciler:
    """Sees always the same."""

    def __init__(self, seen: Visit | None) -> None:
        self.seen = seen

    async def reconcile_platform(self, _namespace: str, _name: str) -> Visit | None:
        return self.seen


@pytest.mark.parametrize(
    ("seen", "outcome"),
    [
        (None, Outcome(gone=True)),
        (visit(), Outcome()),
        (visit(again=5.0), Outcome(again=5.0)),
        (visit(errors=(ForbiddenError("no"),)), Outcome(failed=True)),
    ],
    ids=["gone", "done", "again", "failed"],
)
async def test_a_visit_says_when_the_next_is_wanted(seen: Visit | None, outcome: Outcome) -> None:
    assert await visits_of(Reconciler(seen))(NAME) == outcome  # type: ignore[arg-type]


class Benchmarks:
    """Comes always to the same."""

    def __init__(self, seen: RunVisit | None) -> None:
        self.seen = seen

    async def reconcile_benchmark(self, _namespace: str, _name: str) -> RunVisit | None:
        return self.seen


async def test_a_benchmarks_visit_says_when_the_next_is_wanted() -> None:
    going = RunVisit(observed=observed(), again_seconds=3.0)
    outcomes = [await visits_of_benchmarks(Benchmarks(seen))(NAME) for seen in (None, going)]  # type: ignore[arg-type]
    assert outcomes == [Outcome(gone=True), Outcome(again=3.0)]


async def test_a_run_that_ends_is_counted_by_its_verdict() -> None:
    before = counted("telemetry_operator_benchmark_runs_total", verdict="Passed")
    seen = RunVisit(observed=observed(), status=BenchmarkStatus(verdict=Verdict.PASSED))
    await visits_of_benchmarks(Benchmarks(seen))(NAME)  # type: ignore[arg-type]
    assert counted("telemetry_operator_benchmark_runs_total", verdict="Passed") == before + 1


class Comparisons:
    """Comes always to the same."""

    def __init__(self, seen: ComparisonVisit | None) -> None:
        self.seen = seen

    async def reconcile_comparison(self, _namespace: str, _name: str) -> ComparisonVisit | None:
        return self.seen


@pytest.mark.parametrize(("value", "outcome"), [(1.0, "measured"), (None, "failed")])
async def test_a_cell_that_ends_is_counted_by_whether_it_has_a_number(value: float | None, outcome: str) -> None:
    before = counted("telemetry_operator_comparison_cells_total", outcome=outcome)
    record = CellRecord(
        variant="redis",
        profile="mixed",
        block=1,
        verdict=Verdict.PASSED,
        reason="",
        value=value,
        acknowledged_as="stored",
    )
    comparison = ObservedComparison(subject={}, model=None, status=ComparisonStatus())
    visits = visits_of_comparisons(Comparisons(ComparisonVisit(observed=comparison, kept=record)))  # type: ignore[arg-type]
    assert await visits(NAME) == Outcome()
    assert counted("telemetry_operator_comparison_cells_total", outcome=outcome) == before + 1


async def test_a_comparison_that_is_gone_is_forgotten() -> None:
    assert await visits_of_comparisons(Comparisons(None))(NAME) == Outcome(gone=True)  # type: ignore[arg-type]


def counted(metric: str, **labels: str) -> float:
    return REGISTRY.get_sample_value(metric, labels) or 0.0


def test_what_was_put_back_is_counted_by_kind() -> None:
    before = counted("telemetry_operator_drift_corrections_total", kind="Service")
    count(visit(change(Cause.DRIFTED, "Service"), change(Cause.CHANGED, "Service")))
    assert counted("telemetry_operator_drift_corrections_total", kind="Service") == before + 1


def test_conflicts_are_counted_and_other_refusals_are_not() -> None:
    before = counted("telemetry_operator_apply_conflicts_total", kind="Deployment")
    count(visit(errors=(ConflictError("first", status=409), ForbiddenError("no", status=403))))
    assert counted("telemetry_operator_apply_conflicts_total", kind="Deployment") == before + 1


def test_the_time_to_available_is_observed_once() -> None:
    arrivals = Arrivals()
    name = "telemetry_operator_time_to_available_seconds"
    before = counted(f"{name}_count"), counted(f"{name}_sum")
    for status in ({}, {"firstAvailableTime": "2026-01-01T00:00:42Z"}, {"firstAvailableTime": "2026-01-01T00:00:42Z"}):
        arrivals.note(platform(**status))
    assert (counted(f"{name}_count"), counted(f"{name}_sum")) == (before[0] + 1, before[1] + 42)


def test_a_platform_that_was_available_before_says_nothing_of_the_time_it_took() -> None:
    before = counted("telemetry_operator_time_to_available_seconds_count")
    Arrivals().note(platform(firstAvailableTime="2026-01-01T00:00:42Z"))
    assert counted("telemetry_operator_time_to_available_seconds_count") == before
