"""A run of held load as Markdown, for the terminal and for docs/performance.md alike."""

from collections.abc import Iterator
from typing import Final

from telemetry_contract.architecture import PRESETS, Writes
from tools.bench.documents import describe_conditions, markdown_table
from tools.bench.keeping import Kept
from tools.held import judging
from tools.held.results import Age, Backlog, Held, Outcome, Overload, Run, Stage

HEADERS: Final = ("preset", "phase", "offered", "what came of it", "")


def describe_held(kept: Kept[Run]) -> str:
    """Return runs as Markdown, without what they did not measure."""
    return "\n\n".join(_describe(run) for run in kept.runs)


def _describe(run: Run) -> str:
    rows = [row for outcome in run.outcomes for row in _rows(outcome)]
    return "\n\n".join([describe_conditions(run.started, run.took_seconds, run.machine), markdown_table(HEADERS, rows)])


def _rows(outcome: Outcome) -> Iterator[tuple[str, str, str, str, str]]:
    queued = PRESETS[outcome.preset].writes is Writes.KAFKA
    expected = "202" if queued else "200"
    carried = f"{outcome.carried:,.0f} requests/s"
    yield outcome.preset, "carried", outcome.carried_as, carried, ""
    if outcome.held:
        holds = judging.held_holds(outcome.held, expected, queued=queued)
        told = _held(outcome.held, expected, queued=queued)
        yield outcome.preset, "held", _offered(outcome.held.stage), told, _word(holds=holds)
    if outcome.backlog:
        holds = judging.backlog_holds(outcome.backlog, expected)
        told = _backlog(outcome.backlog, expected)
        yield outcome.preset, "backlog", _offered(outcome.backlog.live), told, _word(holds=holds)
    if outcome.age:
        yield (
            outcome.preset,
            "no consumer",
            "one after the other",
            _age(outcome.age),
            _word(holds=judging.age_holds(outcome.age)),
        )
    if outcome.overload:
        holds = judging.overload_holds(outcome.overload, expected, outcome.carried)
        told = _overload(outcome.overload, expected)
        yield outcome.preset, "overload", _offered(outcome.overload.during), told, _word(holds=holds)


def _held(held: Held, expected: str, *, queued: bool) -> str:
    parts = [_errors(held.stage, expected), _latency(held.stage)]
    if queued:
        most = max((it.lag for it in held.samples), default=0)
        grows = "grows" if judging.lag_grows(held.samples, held.stage.rate) else "does not grow"
        parts.append(
            f"at most {most:,} records wait, for {judging.worst_wait(held.samples):.2f} s; their number {grows}"
        )
    found = judging.fresh(held.freshness)
    if found:
        count = len(held.freshness.seconds)
        shown = f"{held.freshness.at_first_look} of {count} at the first look"
        parts.append(f"fresh within {found[0]:.2f} s (p50), {found[1]:.2f} s (p99), {shown}")
    return "; ".join(parts)


def _backlog(backlog: Backlog, expected: str) -> str:
    most = max((it.buffer_age for it in backlog.samples), default=0.0)
    return (
        f"{backlog.readings:,} waiting readings drained in {backlog.drained_seconds:g} s, "
        f"{judging.drained_rate(backlog):,.0f} readings/s with the live ones; {_errors(backlog.live, expected)}; "
        f"{_latency(backlog.live)}; the buffer was told to be {most:.0f} s old at most"
    )


def _age(age: Age) -> str:
    return (
        f"{age.code} when the oldest reading waited {age.refused_at:g} s of the {age.most_age:g} s allowed; accepted "
        f"again {age.recovered_seconds:g} s after the consumer's start; "
        f"{age.stored:,} of {age.accepted:,} accepted readings are stored"
    )


def _overload(overload: Overload, expected: str) -> str:
    during = overload.during
    answers = judging.answers_of(during)
    refused = sum(count for answer, count in answers.items() if answer in {"429", "503"})
    others = sum(count for answer, count in answers.items() if answer not in {expected, "429", "503"})
    unsent = sum(second.unsent for second in during.seconds)
    recovery = judging.recovery_seconds(overload, expected)
    back = "not as before within the stage" if recovery is None else f"as before from second {recovery} on"
    return (
        f"{judging.rate_of(during, expected):,.0f}/s accepted, {_latency(during)}, from writing p50 "
        f"{_milliseconds(during.served_p50)}, p99 {_milliseconds(during.served_p99)}; {refused:,} refused, p50 "
        f"{_milliseconds(during.refused_p50)}, p99 {_milliseconds(during.refused_p99)}; {others:,} other answers, "
        f"{unsent:,} never sent; before {_latency(overload.before)}; afterwards {back}"
    )


def _errors(stage: Stage, expected: str) -> str:
    arrivals = sum(second.offered for second in stage.seconds)
    errors = judging.errors_of(stage, expected)
    wrong = {answer: count for answer, count in judging.answers_of(stage).items() if answer != expected}
    named = f" ({', '.join(f'{count:,} {answer}' for answer, count in wrong.items())})" if wrong else ""
    return f"{errors:,} errors in {arrivals:,}{named}"


def _latency(stage: Stage) -> str:
    return f"p50 {_milliseconds(stage.p50)}, p99 {_milliseconds(stage.p99)}"


def _milliseconds(value: float | None) -> str:
    return "–" if value is None else f"{value:.1f} ms"


def _offered(stage: Stage) -> str:
    return f"{stage.rate:,.0f}/s for {len(stage.seconds)} s"


def _word(*, holds: bool) -> str:
    return "held" if holds else "not held"
