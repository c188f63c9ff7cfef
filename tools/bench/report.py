"""A run as tables: on the terminal, and as Markdown for docs/performance.md."""

from collections.abc import Iterator
from typing import Final

from rich.console import Console
from rich.table import Table

from tools.bench.meters import OTHERS, OWN
from tools.bench.plans import Measured
from tools.bench.results import Cell, Run
from tools.bench.rows import Limit
from tools.bench.summary import Figure, Level, Result, Verdict, limits_of, summarise

STYLES: Final = {
    Verdict.MET: "green",
    Verdict.HALF_OF_LIMIT: "yellow",
    Verdict.MISSED: "red",
    Verdict.UNSOUND: "red",
    Verdict.INCOMPLETE: "dim",
}
HEADERS: Final = ("row", "preset", "ours", "at", "p50 / p99", "limits (ours as a share)", "share", "goal", "")
DISTURBED: Final = 0.2  # of a core, used by who is not part of the measurement
FULL: Final = 0.85  # of a core: a load generator that uses more may be what is measured


def print_run(console: Console, run: Run) -> None:
    console.print()
    console.print(f"[bold]{run.layout}[/]", highlight=False)
    table = Table(title="What each path carries, beside the limits of the same stack in the same run", show_lines=True)
    for index, header in enumerate(HEADERS):
        table.add_column(header, no_wrap=index not in (0, 5), justify="left" if index < 2 else "right")  # noqa: PLR2004
    for result in summarise(run):
        *cells, verdict = row_cells(result, "\n")
        table.add_row(*cells, f"[{STYLES[result.verdict]}]{verdict}[/]")
    console.print(table)
    console.print(_levels_table(run))
    for line in notes(run):
        console.print(f"[yellow]{line}[/]", highlight=False)


def row_cells(result: Result, separator: str) -> tuple[str, ...]:
    """Return a row's cells as text."""
    best, share = result.best, result.share
    limits = [f"{limit} {_number(level.rate.median)} ({_of(best, level)})" for limit, level in result.limits.items()]
    return (
        result.row.name,
        result.preset,
        f"{_number(best.rate.median)} {result.row.unit} {_spread(best.rate)}" if best else "–",
        str(best.connections) if best and best.connections else "–",
        f"{best.p50:.1f} / {best.p99:.1f} ms" if best and best.p50 is not None and best.p99 is not None else "–",
        separator.join(limits),
        f"{share.median:.3g} ({share.low:.3g}–{share.high:.3g})" if share else "–",
        f"≥ {result.row.goal:g} of {result.row.reference}",
        result.verdict.value,
    )


def _levels_table(run: Run) -> Table:
    table = Table(
        "", "connections", "a second", "spread", "p50 ms", "p99 ms", "share of a core used by", title="In detail"
    )
    for name, level in _all_levels(run):
        table.add_row(
            name,
            str(level.connections or "–"),
            _number(level.rate.median),
            f"{level.rate.spread:.0%}",
            _milliseconds(level.p50),
            _milliseconds(level.p99),
            ", ".join(f"{process} {share:.0%}" for process, share in level.cpu.items()),
        )
    return table


def _all_levels(run: Run) -> Iterator[tuple[str, Level]]:
    for limit, level in limits_of(run).items():
        yield limit, level
    for result in summarise(run):
        for level in result.levels:
            yield f"{result.row.name}/{result.preset}", level


def notes(run: Run) -> list[str]:
    """Say what a reader must know of this run: its warnings, the load generator's ceiling, and where it was near."""
    found = [f"warning: {warning}" for warning in run.warnings]
    found += _disturbances(run)
    found += [_ceiling(level) for limit, level in limits_of(run).items() if limit is Limit.EMPTY_APP]
    for name, level in _all_levels(run):
        if level.connections and level.cpu.get(OWN, 0.0) > FULL:
            found.append(f"warning: the load generator used {level.cpu[OWN]:.0%} of its core at {name}")
        if level.wrong:
            found.append(f"warning: {level.wrong} answers at {name} were not the expected ones")
    return found


def _disturbances(run: Run) -> list[str]:
    found = [cell.measured.cpu.get(OTHERS, 0.0) for cell in run.cells]
    disturbed = [share for share in found if share > DISTURBED]
    if not disturbed:
        return []
    how_often = f"in {len(disturbed)} of {len(found)} measurements"
    return [f"warning: {how_often} others used more than {DISTURBED:.0%} of a core, up to {max(disturbed):.0%}"]


def _ceiling(level: Level) -> str:
    used = level.cpu.get(OWN, 0.0)
    ceiling = level.rate.median / used if used else 0.0
    return (
        f"load generator: used {used:.0%} of its core for {_number(level.rate.median)} requests/s to the empty app, "
        f"so its own ceiling is about {_number(ceiling)} requests/s"
    )


def describe_cell(cell: Cell) -> str:
    """Return a measurement as one line."""
    at = f" at {cell.connections}" if cell.connections else ""
    wrong = f", wrong: {cell.measured.wrong}" if cell.measured.wrong else ""
    return f"{cell.subject}{at}: {_number(cell.measured.rate)}/s{_latency(cell.measured)}{wrong}"


def _latency(measured: Measured) -> str:
    return "" if measured.p99 is None else f", p99 {measured.p99:.1f} ms"


def _number(value: float) -> str:
    """Round to three digits: more would pretend."""
    return f"{float(f'{value:.3g}'):,.0f}"


def _spread(figure: Figure) -> str:
    return f"±{figure.spread / 2:.0%}"


def _of(best: Level | None, level: Level) -> str:
    return f"{best.rate.median / level.rate.median:.0%}" if best and level.rate.median else "–"


def _milliseconds(value: float | None) -> str:
    return "–" if value is None else f"{value:.1f}"
