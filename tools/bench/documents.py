"""The results' place in docs/performance.md, filled from a run's JSON, so that no number there is typed by hand."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from tools.bench.report import HEADERS, notes, row_cells
from tools.bench.results import Run
from tools.bench.summary import summarise

BEGIN: Final = "<!-- results: written by `make bench` from its JSON, not by hand -->"
END: Final = "<!-- end of results -->"


class MarkersMissingError(ValueError):
    """The document has no place for results."""


def fill(document: str, run: Run) -> str:
    """Return the document with the results between its markers.

    Raises:
        MarkersMissingError: it does not hold both markers, once each and in order.
    """
    return fill_between(document, BEGIN, END, describe_run(run))


def fill_part(document: str, part: str, target: str, text: str) -> str:
    """Return the document with what `make TARGET` wrote in its place: between `<!-- part: … -->` and the part's end.

    Raises:
        MarkersMissingError: it does not hold both markers, once each and in order.
    """
    return fill_between(
        document, f"<!-- {part}: written by `make {target}`, not by hand -->", f"<!-- end of {part} -->", text
    )


def fill_between(document: str, first: str, last: str, text: str) -> str:
    """Return the document with a text between two lines of it.

    Raises:
        MarkersMissingError: it does not hold both, once each and in order.
    """
    before, begin, rest = document.partition(first)
    _, end, after = rest.partition(last)
    if not begin or not end or first in after or last in before:
        raise MarkersMissingError(f"the document needs one line {first} and after it one line {last}")
    return f"{before}{begin}\n\n{text}\n\n{end}{after}"


def describe_run(run: Run) -> str:
    """Return a run as Markdown."""
    about = (
        f"Measured {run.started[:10]} at revision `{run.machine['revision']}` in {run.took_seconds / 60:.0f} minutes: "
        f"{run.settings.repetitions} repetitions in turn, {run.settings.timing.seconds:g} s each, "
        f"{run.settings.backlog:,} readings of backlog. {describe_hardware(run.machine)}; {run.layout}. "
        f"{_versions(run.machine['libraries'])}; servers: {_versions(run.machine['servers'])}."
    )
    rows = [row_cells(result, "<br>") for result in summarise(run)]
    listed = "\n".join(f"- {note}" for note in notes(run))
    return "\n\n".join([about, markdown_table(HEADERS, rows), listed])


def describe_conditions(started: str, took_seconds: float, machine: Mapping[str, Any]) -> str:
    """Say when, where and beside what else a run was measured."""
    load = f"load average at the start {machine['load_average'][0]:g}, {machine['cpu_percent']:.0f} % of the cores busy"
    return (
        f"Measured {started[:10]} at revision `{machine['revision']}` in {took_seconds / 60:.0f} minutes. "
        f"{describe_hardware(machine)}; {load}."
    )


def describe_hardware(machine: Mapping[str, Any]) -> str:
    return (
        f"{machine['processor']}, {machine['cores']} cores, {machine['memory_gib']:g} GiB, {machine['system']}, "
        f"Python {machine['python']}"
    )


def _versions(versions: dict[str, str]) -> str:
    return ", ".join(f"{name} {number}" for name, number in versions.items())


def markdown_table(headers: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """Return a table of Markdown."""
    named = list(headers)
    lines = [named, ["---"] * len(named), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
