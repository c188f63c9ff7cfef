"""How a run stands, while it runs: a table that renews itself in a terminal, a line now and then elsewhere."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

from rich.console import Group, RenderableType
from rich.live import Live
from rich.table import Table
from rich.text import Text

from telemetry_loadtest.measured import Began, Line, Passed, Said, Tried
from telemetry_loadtest.results import Second
from telemetry_operator.commands.output import err

EVERY: Final = 5  # seconds between two lines where nobody looks at a table
_COLOURS: Final = {"Passed": "green", "Failed": "red"}


@contextmanager
def progress() -> Iterator[Callable[[Line], None]]:
    """Show the lines that the block is told."""
    if not err.is_terminal:
        yield _tell
        return
    with Live(console=err, transient=True, auto_refresh=False) as live:

        def show(line: Line) -> None:
            live.update(line_shown(line), refresh=True)

        yield show


def _tell(line: Line) -> None:
    match line:
        case Said(text):
            err.print(f"{text} ...")
        case Passed(second) if second.at % EVERY == EVERY - 1:
            err.print(second_in_words(line))
        case _:
            pass


def line_shown(line: Line) -> RenderableType:
    match line:
        case Said(text):
            return Text(f"{text} ...", style="dim")
        case Tried(rate):
            return Text(f"trying {rate:g} requests a second ...", style="dim")
        case Began():
            return Text("the first request is due in a moment ...", style="dim")
        case Passed():
            return Group(_rates(line), _latencies(line.second))


def second_in_words(line: Passed) -> str:
    """One second in a line: stage, rates, latency, drops, the verdict so far."""
    one = line.second
    p95 = max((found.p95 for found in one.endpoints.values() if found.p95 is not None), default=None)
    told = "" if p95 is None else f", p95 {p95:.1f} ms"
    more = f" ({line.reason})" if line.reason else ""
    return (
        f"{one.at + 1:>4} s {one.stage}: offered {one.offered}, achieved {one.good + one.bad}, good {one.good}{told}, "
        f"dropped {one.dropped}; so far {line.verdict}{more}"
    )


def _rates(line: Passed) -> Table:
    one = line.second
    table = Table.grid(padding=(0, 3))
    cells = {
        "stage": one.stage,
        "second": str(one.at + 1),
        "offered": f"{one.offered}/s",
        "achieved": f"{one.good + one.bad}/s",
        "good": f"{one.good}/s",
        "dropped": str(one.dropped),
        "in flight": str(one.in_flight),
    }
    table.add_row(*(Text(name, style="dim") for name in (*cells, "so far")))
    table.add_row(*cells.values(), Text(f"{line.verdict} {line.reason}".strip(), style=_COLOURS[line.verdict]))
    return table


def _latencies(second: Second) -> Table:
    table = Table.grid(padding=(0, 3))
    table.add_row(*(Text(name, style="dim") for name in ("endpoint", "good", "bad", "p50", "p95", "p99")))
    for name, found in second.endpoints.items():
        table.add_row(name, str(found.good), str(found.bad), *map(_milliseconds, (found.p50, found.p95, found.p99)))
    return table


def _milliseconds(value: float | None) -> str:
    return "–" if value is None else f"{value:.1f} ms"
