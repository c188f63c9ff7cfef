"""The results' place in docs/performance.md, filled from a run's JSON, so that no number there is typed by hand."""

from collections.abc import Iterable
from typing import Final

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
    before, begin, rest = document.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end or BEGIN in after or END in before:
        raise MarkersMissingError(f"the document needs one line {BEGIN} and after it one line {END}")
    return f"{before}{begin}\n\n{describe_run(run)}\n\n{end}{after}"


def describe_run(run: Run) -> str:
    """Return a run as Markdown."""
    machine = run.machine
    about = (
        f"Measured {run.started[:10]} at revision `{machine['revision']}` in {run.took_seconds / 60:.0f} minutes: "
        f"{run.settings.repetitions} repetitions in turn, {run.settings.timing.seconds:g} s each, "
        f"{run.settings.backlog:,} readings of backlog. {machine['processor']}, {machine['cores']} cores, "
        f"{machine['memory_gib']:g} GiB, {machine['system']}, Python {machine['python']}; "
        f"{run.layout}. {_versions(machine['libraries'])}; servers: {_versions(machine['servers'])}."
    )
    rows = [row_cells(result, "<br>") for result in summarise(run)]
    listed = "\n".join(f"- {note}" for note in notes(run))
    return "\n\n".join([about, _table(HEADERS, rows), listed])


def _versions(versions: dict[str, str]) -> str:
    return ", ".join(f"{name} {number}" for name, number in versions.items())


def _table(headers: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    lines = [headers, ["---"] * len(list(headers)), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
