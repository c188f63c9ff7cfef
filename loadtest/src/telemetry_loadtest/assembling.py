"""A run's parts made one: measurement, books, the system's metrics and provenance become a result with its verdict."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import msgspec

from telemetry_loadtest.agreement import agreements
from telemetry_loadtest.measured import Measured
from telemetry_loadtest.plan import Plan
from telemetry_loadtest.results import (
    Arrived,
    Books,
    Event,
    Generator,
    Provenance,
    Result,
    Series,
    StageSummary,
    Verdict,
    length_of,
)
from telemetry_loadtest.verdict import Cause, decide


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What was seen around the run; `notes` are what a reader must know to read it right."""

    system: Sequence[Series] = ()
    events: Sequence[Event] = ()
    notes: Sequence[str] = field(default_factory=list)
    arrived: Sequence[Arrived] = ()
    is_producer: Callable[[str], bool] | None = None
    """Whether a source is a replica of the producer; None: it is called so."""


def assemble(
    plan: Plan, provenance: Provenance, measured: Measured, books: Books | None, around: Surroundings
) -> Result:
    verdict, reason = verdict_of(measured, books)
    return Result(
        provenance=provenance,
        plan=msgspec.to_builtins(plan),
        verdict=verdict,
        reason=reason,
        duration=round(measured.duration, 3),
        stages=measured.stages,
        seconds=measured.seconds,
        stage_summaries=stage_summaries(measured, books),
        summaries=measured.summaries,
        histograms=measured.histograms,
        generator=measured.generator,
        bounds=measured.bounds,
        books=books,
        freshness=measured.freshness,
        agreements=agreements(measured, around.system, around.is_producer),
        system=list(around.system),
        events=list(around.events),
        arrived=list(around.arrived),
        notes=[*around.notes, *measured.notes],
        until=measured.until,
    )


def verdict_of(measured: Measured, books: Books | None) -> tuple[Verdict, str]:
    """The verdict and its reason, as far as is known; counts that contradict one another are an error."""
    torn = unbalanced(measured)
    return decide(
        Cause.FAILED if torn else measured.cause,
        detail=torn or measured.detail,
        faults=measured.generator.faults,
        bounds=measured.bounds,
        books=books,
    )


def nothing_measured(plan: Plan, provenance: Provenance, verdict: Verdict, reason: str) -> Result:
    """The result of a run that ended before it measured anything."""
    return Result(
        provenance=provenance, plan=msgspec.to_builtins(plan), verdict=verdict, reason=reason, duration=0.0,
        stages=[], seconds=[], stage_summaries=[], summaries=[], histograms=[],
        generator=Generator(plan.workers, 0, None, [], []), bounds=[], books=None,
    )  # fmt: skip


def stage_summaries(measured: Measured, books: Books | None) -> list[StageSummary]:
    """Rates of each stage as far as it ran; a run that lost data has no good rate."""
    found = []
    for stage in measured.stages:
        seconds = length_of(stage, measured.seconds, measured.until)
        if seconds <= 0:
            continue
        ours = [one for one in measured.summaries if one.stage == stage.name]
        offered, good, bad = (sum(getattr(one, name) for one in ours) for name in ("offered", "good", "bad"))
        kept = books is None or books.closed
        found.append(
            StageSummary(
                stage=stage.name,
                offered=round(offered / seconds, 3),
                achieved=round((good + bad) / seconds, 3),
                good=round(good / seconds, 3) if kept else None,
            )
        )
    return found


def unbalanced(measured: Measured) -> str:
    """From when on the generator's own counts contradict one another; empty where they do not.

    Nothing that follows from counts that do could be believed. A worker that was lost took some with it.
    """
    if measured.generator.lost_workers:
        return ""
    offered = ended = 0
    for one in measured.seconds:
        offered += one.offered
        ended += one.good + one.bad + one.dropped
        if not one.conserved or offered != ended + one.in_flight + one.waiting:
            return f"from second {one.at} on, offered is not good + bad + dropped + in flight + waiting"
    return ""
