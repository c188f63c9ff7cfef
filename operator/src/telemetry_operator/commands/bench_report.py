"""A run's result for a person: the verdict first, then rates, latencies, bounds, books and generator."""

from collections.abc import Iterator
from typing import Final

from rich.box import SIMPLE_HEAD
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from telemetry_loadtest.agreement import in_words as agreement_in_words
from telemetry_loadtest.results import Books, Bound, CeilingFound, Percentiles, Result, Verdict
from telemetry_loadtest.verdict import books_in_words

_STYLES: Final = {
    Verdict.PASSED: "bold green",
    Verdict.FAILED: "bold red",
    Verdict.ABORTED: "bold yellow",
    Verdict.INVALID: "bold yellow",
    Verdict.ERROR: "bold red",
}
PRECISE: Final = 100  # ms; what took longer is shown without a fraction
_WORDS: Final = frozenset({"endpoint", "measure", "reason"})


def result_table(result: Result) -> RenderableType:
    parts: list[RenderableType] = [Text(f"{result.verdict}: {result.reason}", style=_STYLES[result.verdict])]
    if result.ceiling is not None and result.ceiling.steps:
        parts.append(_tried(result.ceiling))
    if result.stage_summaries:
        parts += [_stages(result), _endpoints(result)]
    if result.bounds:
        parts.append(_bounds(result.bounds))
    parts += [Text(line, style="dim") for line in _lines(result)]
    return Group(*parts)


def _tried(ceiling: CeilingFound) -> Table:
    table = _table("Tried, requests a second", "rate", "held", "reason")
    for one in ceiling.steps:
        table.add_row(f"{one.rate:,.1f}", "yes" if one.held else "no", one.reason)
    return table


def _stages(result: Result) -> Table:
    table = _table("Requests a second", "stage", "offered", "achieved", "good")
    for one in result.stage_summaries:
        good = "none: data was lost" if one.good is None else f"{one.good:,.1f}"
        table.add_row(one.stage, f"{one.offered:,.1f}", f"{one.achieved:,.1f}", good)
    return table


def _endpoints(result: Result) -> Table:
    heads = ("stage", "endpoint", "good", "bad", "dropped", "p50", "p95", "p99", "max")
    table = _table("Latency from when a request was due, ms", *heads)
    warm_up = {stage.name for stage in result.stages if stage.warm_up}
    for one in result.summaries:
        if one.stage in warm_up:
            continue
        counts = (f"{many:,}" for many in (one.good, one.bad, one.dropped))
        table.add_row(one.stage, one.endpoint, *counts, *_percentiles(one.latency))
    return table


def _bounds(bounds: list[Bound]) -> Table:
    table = _table("Bounds", "endpoint", "measure", "limit", "measured", "")
    for one in bounds:
        table.add_row(one.endpoint, one.measure, _amount(one, one.limit), _amount(one, one.value), _held(one))
    return table


def _held(one: Bound) -> Text:
    if one.value is None and one.held:
        return Text("not measured", style="dim")
    return Text("held", style="green") if one.held else Text("broken", style="red")


def _lines(result: Result) -> Iterator[str]:
    if result.books is not None:
        yield _books(result.books)
    if (fresh := result.freshness) is not None and fresh.p99 is not None:
        yield f"Freshness: p50 {fresh.p50:.0f} ms, p99 {fresh.p99:.0f} ms of {fresh.samples}; {fresh.unseen} unseen."
    yield from map(agreement_in_words, result.agreements)
    ceiling = result.generator.ceiling
    if ceiling is not None:
        yield f"Generator: one worker alone got {ceiling:,.0f} requests/s out of an empty server."
    if result.generator.samples:
        worst = max(result.generator.samples, key=lambda one: one.cpu)
        slip = max(one.slip for one in result.generator.samples)
        yield f"Generator: at most {worst.cpu:.0%} of a core a worker, requests begun at most {slip:.0f} ms late."
    yield from result.notes


def _books(books: Books) -> str:
    if not books.closed:
        return f"Books: {books_in_words(books)}."
    kinds = ", ".join(f"{kind} {many:,}" for kind, many in books.acknowledged_as.items())
    undecided = f"; of {books.uncertain:,} never decided {books.found:,} are stored" if books.uncertain else ""
    return (
        f"Books closed: {books.stored.count:,} of {books.acknowledged.count:,} acknowledged readings are stored "
        f"({kinds}), {books.drain_seconds:.1f} s after the last answer{undecided}."
    )


def _table(title: str, first: str, *others: str) -> Table:
    table = Table(title=title, title_justify="left", box=SIMPLE_HEAD, padding=(0, 1), pad_edge=False)
    table.add_column(first, no_wrap=True)
    for name in others:
        table.add_column(name, justify="left" if name in _WORDS else "right", no_wrap=True)
    return table


def _percentiles(found: Percentiles | None) -> tuple[str, ...]:
    if found is None:
        return ("–",) * 4
    return tuple(_milliseconds(value) for value in (found.p50, found.p95, found.p99, found.max))


def _milliseconds(value: float) -> str:
    return f"{value:,.1f}" if value < PRECISE else f"{value:,.0f}"


def _amount(bound: Bound, value: float | None) -> str:
    if value is None:
        return "–"
    return f"{value:.2%}" if bound.measure in {"errors", "drops"} else f"{value:,.1f} ms"
