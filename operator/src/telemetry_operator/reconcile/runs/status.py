"""The status document of a benchmark, from what a visit found. Pure; written only if it says anything new."""

from collections.abc import Iterable
from typing import Any, Final

from telemetry_contract.times import MICROSECONDS_PER_SECOND
from telemetry_loadtest.plan import Plan
from telemetry_loadtest.progress import Progress
from telemetry_loadtest.result_views import judged_length, judged_stages
from telemetry_loadtest.results import CeilingFound, EndpointSummary, Result, Verdict
from telemetry_operator.reconcile.reporting.outcomes import Verdicts, conditions_of, failed, going_on, over
from telemetry_operator.reconcile.reporting.status import time_of
from telemetry_operator.reconcile.runs.admission import Queued
from telemetry_operator.reconcile.runs.observed import ObservedRun
from telemetry_operator.reconcile.runs.reasons import RunReason, Said
from telemetry_operator.specs.benchmark_status import (
    BenchmarkStatus,
    BooksStatus,
    BoundStatus,
    CeilingStatus,
    Live,
    Phase,
    Rates,
    ResultStatus,
    StepStatus,
)

LIVE_SECONDS: Final = 5
"""The status follows the load at this pace: each write is a write of etcd's too."""

_WELL: Final = Said(RunReason.NO_FAILURE, "nothing fails")


def refused(observed: ObservedRun, why: Said, now: int) -> BenchmarkStatus:
    return _status(
        observed, now, Phase.REFUSED, failed(why), step=None, progress=None, reason=why.message, verdict=None
    )


def queued(observed: ObservedRun, place: Queued, now: int) -> BenchmarkStatus:
    said = Said(RunReason.QUEUED, f"{place.behind} goes first: one run of a platform at a time")
    return _status(
        observed, now, Phase.QUEUED, going_on(said, _WELL), step=said.message, reason=None,
        progress=f"place {place.place}",
    )  # fmt: skip


def begun(observed: ObservedRun, now: int) -> BenchmarkStatus:
    """From here on the spec is fixed. The run's name follows from the object, so that two visits give it one name."""
    said = Said(RunReason.STARTING_PODS, "the generator's pods are started")
    run = f"{observed.metadata['name']}-{observed.metadata['uid'].partition('-')[0]}"
    return _status(
        observed, now, Phase.STARTING, going_on(said, _WELL), step=said.message, progress="0 %", reason=None, run=run,
        start_time=time_of(now),
    )  # fmt: skip


def going(observed: ObservedRun, plan: Plan, told: Progress | None, doing: Said, now: int) -> BenchmarkStatus:
    status = observed.status
    began = status.load_time
    if began is None and told is not None and told.began is not None:
        began = time_of(int(told.began * MICROSECONDS_PER_SECOND))
    live = _live(status.live, told)
    trial = _trial(status.ceiling, told)
    return _status(
        observed, now, Phase.RUNNING if began else Phase.STARTING, going_on(doing, _WELL), step=doing.message,
        progress=_progress(plan, live, trial), load_time=began, live=live, ceiling=trial,
    )  # fmt: skip


def closing(observed: ObservedRun, now: int) -> BenchmarkStatus:
    said = Said(RunReason.CLOSING_BOOKS, "what was acknowledged is compared with what is stored")
    return _status(
        observed, now, Phase.CLOSING, going_on(said, _WELL), step=said.message, progress="100 %", live=None,
        end_time=observed.status.end_time or time_of(now),
    )  # fmt: skip


def finished(observed: ObservedRun, result: Result, kept: ResultStatus, now: int) -> BenchmarkStatus:
    said = Said(RunReason.MEASURED, f"{result.verdict}: {result.reason}")
    is_error = result.verdict is Verdict.ERROR
    verdicts = failed(Said(RunReason.BOOKS_NOT_COMPARED, result.reason)) if is_error else over(said, _WELL)
    return _status(
        observed, now, Phase.FINISHED, verdicts, step=None, progress="100 %", live=None, verdict=result.verdict,
        reason=result.reason, completion_time=time_of(now), rates=rates_of(result), result=kept,
        bounds=tuple(
            BoundStatus(
                endpoint=one.endpoint, measure=one.measure, limit=one.limit, value=one.value, held=one.held,
                breached_at=one.breached_at,
            )
            for one in result.bounds
        ),
        books=_books(result), ceiling=_ceiling(result.ceiling) if result.ceiling else None,
    )  # fmt: skip


def ended(observed: ObservedRun, why: Said, now: int) -> BenchmarkStatus:
    """Over with nothing measured: by a person's word, or because it could not be brought to its end."""
    stopped = why.reason is RunReason.STOPPED
    return _status(
        observed, now, Phase.FINISHED, over(why, _WELL) if stopped else failed(why), step=None, live=None,
        verdict=Verdict.ABORTED if stopped else Verdict.ERROR, reason=why.message, completion_time=time_of(now),
    )  # fmt: skip


def rates_of(result: Result) -> Rates | None:
    """The judged part of a run; None where it did not get so far."""
    judged = judged_stages(result)
    seconds = judged_length(result)
    ours = [one for one in result.summaries if one.stage in judged]
    if not seconds:
        return None
    offered, good, bad, dropped = (
        sum(getattr(one, name) for one in ours) for name in ("offered", "good", "bad", "dropped")
    )
    kept = result.books is None or result.books.closed
    return Rates(
        seconds=result.duration,
        offered=round(offered / seconds, 3),
        achieved=round((good + bad) / seconds, 3),
        good=round(good / seconds, 3) if kept else None,
        dropped=dropped,
        errors=bad,
        p50=_slowest(ours, "p50"),
        p95=_slowest(ours, "p95"),
        p99=_slowest(ours, "p99"),
    )


def _progress(plan: Plan, live: Live | None, trial: CeilingStatus | None) -> str:
    """The share of the load that is over; of a search, whose end nobody knows, the rate that is tried."""
    if plan.search is not None and trial is not None:
        ends = (("held", trial.held), ("failed", trial.failed))
        known = "".join(f", {rate:g} {how}" for how, rate in ends if rate is not None)
        return f"trial {trial.trial}: {trial.rate:g}/s{known}"
    second = live.second + 1 if live else 0
    return f"{max(0, min(100, second * 100 / plan.curve.seconds)):.0f} %"


def _trial(before: CeilingStatus | None, told: Progress | None) -> CeilingStatus | None:
    """What is tried, as it was last told."""
    if told is None or told.trial is None:
        return before
    one = told.trial
    return CeilingStatus(trial=one.number, most=one.most, rate=one.rate, held=one.held, failed=one.failed)


def _ceiling(found: CeilingFound) -> CeilingStatus:
    steps = tuple(StepStatus(rate=one.rate, held=one.held, reason=one.reason) for one in found.steps)
    return CeilingStatus(trial=len(steps), held=found.low, failed=found.high, steps=steps)


def milliseconds(value: float | None) -> str | None:
    return None if value is None else f"{value:.1f}ms"


def _slowest(summaries: Iterable[EndpointSummary], name: str) -> str | None:
    return milliseconds(max((getattr(one.latency, name) for one in summaries if one.latency), default=None))


def _books(result: Result) -> BooksStatus | None:
    books = result.books
    if books is None:
        return None
    return BooksStatus(
        sent=books.sent.count,
        acknowledged=books.acknowledged.count,
        stored=books.stored.count,
        missing=books.missing,
        surplus=books.surplus,
        closed=books.closed,
    )


def _live(before: Live | None, told: Progress | None) -> Live | None:
    """The newest second, where that is news enough."""
    if told is None or told.last is None:
        return before
    second = told.last.second
    if before and second.at < before.second + LIVE_SECONDS and second.stage == before.stage:
        return before
    p95s = [one.p95 for one in second.endpoints.values() if one.p95 is not None]
    return Live(
        stage=second.stage,
        second=second.at,
        offered=second.offered,
        achieved=second.good + second.bad,
        good=second.good,
        dropped=second.dropped,
        p95=milliseconds(max(p95s, default=None)),
        verdict=told.last.verdict,
        reason=told.last.reason or None,
    )


def _status(observed: ObservedRun, now: int, phase: Phase, verdicts: Verdicts, **told: Any) -> BenchmarkStatus:  # noqa: ANN401
    """The status before, with what is new: what is not told stands."""
    conditions = conditions_of(verdicts, observed.generation, observed.status.conditions, now)
    changes = {"phase": phase, "conditions": conditions, "observed_generation": observed.generation, **told}
    return observed.status.model_copy(update=changes)
