"""What a run does not show, from what is in its result: said in every report, so that nobody reads more out of it."""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Final

from telemetry_loadtest.report.words import number, rate
from telemetry_loadtest.result_views import is_busy
from telemetry_loadtest.results import Result, Second, Verdict
from telemetry_loadtest.statistics_series import warm_up_end

_HEADROOM: Final = 1.25  # that a generator's ceiling should have over what it offered
_SHARED: Final = "shared the cores"  # of a note that says more briefly what is said here


def caveats(result: Result) -> Iterator[str]:
    """Yield sentences, the gravest first."""
    yield from _of_verdict(result)
    yield from _of_machine(result)
    yield from _of_generator(result)
    yield from _of_acknowledgements(result)
    yield from _of_measurement(result)
    yield from (note for note in result.notes if _SHARED not in note)
    yield (
        "It is one run. How much two runs of the same thing differ is not in it: “telemetryctl compare” repeats and "
        "interleaves, and only that ranks architectures."
    )


def _of_verdict(result: Result) -> Iterator[str]:
    if result.verdict is Verdict.INVALID:
        yield "The generator was not able to measure: nothing here says anything of the platform."
    if result.verdict in {Verdict.ABORTED, Verdict.ERROR}:
        yield "The run ended before its time: stages behind its end were not measured."
    if result.books is not None and not result.books.closed:
        yield "The books do not close: a run that lost data has no throughput."


def _of_machine(result: Result) -> Iterator[str]:
    machine, choices = result.provenance.machine, result.provenance.platform.choices
    if machine.shared:
        yield (
            f"Generator and platform shared the {machine.cores} cores of one machine: they took time from each other, "
            "so rates and latencies are those of this arrangement, and no ceiling of the platform alone."
        )
    if machine.shared and choices.get("scaling") == "hpa":
        yield "On one machine an autoscaler adds no capacity: what it starts shares the same cores."
    if is_busy(machine):
        yield f"The machine was not idle before: its load was {number(machine.load_before)} on {machine.cores} cores."


def _of_generator(result: Result) -> Iterator[str]:
    generator = result.generator
    most = max((second.offered for second in result.seconds), default=0)
    if generator.ceiling is None:
        yield "The generator's own ceiling was not measured on this machine."
    elif generator.workers * generator.ceiling < _HEADROOM * most:
        yield (
            f"The generator had little room: {rate(most)} were offered, {generator.workers} workers can "
            f"{rate(generator.workers * generator.ceiling)} against an empty server."
        )


def _of_acknowledgements(result: Result) -> Iterator[str]:
    books = result.books
    if books is None:
        yield "No books were kept: whether all that was acknowledged is stored was not asked."
    elif books.acknowledged_as.get("queued"):
        yield (
            "Writes were acknowledged when queued, not when stored: their latency does not compare with that of stored "
            "writes. Judge them by freshness."
        )
        if result.freshness is None:
            yield "Freshness was not measured."


def _of_measurement(result: Result) -> Iterator[str]:
    torn = sum(not second.conserved for second in result.seconds)
    if torn:
        yield f"In {torn} seconds the counters did not agree (offered = good + bad + dropped + in flight + waiting)."
    for series in result.system:
        if series.unavailable:
            yield f"{series.source} {series.measure} is unavailable: {series.unavailable}."
    yield from _of_steadiness(result)


def _of_steadiness(result: Result) -> Iterator[str]:
    """Say of the first constant stage that is judged whether it was steady, by MSER-5 over its medians."""
    stage = next((one for one in result.stages if not one.warm_up and one.rate_begin == one.rate_end), None)
    if stage is None:
        return
    seconds = [second for second in result.seconds if second.stage == stage.name]
    name = _busiest(seconds)
    answered = [one.endpoints[name].p50 for one in seconds if name in one.endpoints]
    end = warm_up_end([median for median in answered if median is not None])
    if end is None:
        yield f"The median of {name} was not seen steady in stage “{stage.name}”: it was short, or still changed."
    elif end > len(answered) / 4:
        yield f"The median of {name} was steady only from {number(stage.begin + end)} s on (MSER-5)."


def _busiest(seconds: Sequence[Second]) -> str:
    """Return the endpoint with the most good answers."""
    good: Counter[str] = Counter()
    for second in seconds:
        good.update({name: one.good for name, one in second.endpoints.items()})
    return good.most_common(1)[0][0] if good else ""
