"""How a comparison stands, while it runs: which cell, how it goes, how long yet. A line a cell where nobody looks."""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from rich.console import Group, RenderableType
from rich.live import Live
from rich.text import Text

from telemetry_loadtest.comparison_plan import ComparisonPlan, PlannedCell
from telemetry_loadtest.comparison_results import CellRecord
from telemetry_loadtest.measured import Line, Said
from telemetry_loadtest.report.words import number, span
from telemetry_operator.benchmarks.comparing.kept import Kept
from telemetry_operator.commands.bench_progress import line_shown
from telemetry_operator.commands.interruption import interruption
from telemetry_operator.commands.output import err


class Watched:
    """Follows a comparison, and shows it where there is a `live` display."""

    def __init__(self, kept: Kept, live: Live | None) -> None:
        self._plan, self._total = kept.begun.plan, kept.total
        self._left = len(kept.remaining())
        self._live = live
        self._took: list[float] = []
        self._since = time.monotonic()
        self._cell = ""

    def began(self, cell: PlannedCell) -> None:
        interruption.check()
        self._since = time.monotonic()
        self._cell = f"cell {self._total - self._left + 1} of {self._total}, {in_words(cell, self._plan)}"
        self._show(Text("beginning ...", style="dim"))
        if self._live is None:
            err.print(self._head)

    @property
    def _head(self) -> str:
        left = time_left(self._plan, self._took, self._left, time.monotonic() - self._since)
        return f"{self._cell}; about {span(left)} left"

    def step(self, text: str) -> None:
        interruption.check()
        self.line(Said(text))

    def line(self, line: Line) -> None:
        self._show(line_shown(line))

    def ended(self, record: CellRecord) -> None:
        if record.value is not None:  # how long a failure took says nothing of the others
            self._took.append(time.monotonic() - self._since)
        self._left -= 1
        err.print(f"{record.name}: {came_to(record, self._plan)}")

    def _show(self, below: RenderableType) -> None:
        if self._live is not None:
            self._live.update(Group(Text(self._head, style="bold"), below), refresh=True)


@contextmanager
def progress(kept: Kept) -> Iterator[Watched]:
    """Show how a comparison stands while the block runs it."""
    if not err.is_terminal:
        yield Watched(kept, None)
        return
    with Live(console=err, transient=True, auto_refresh=False) as live:
        yield Watched(kept, live)


def in_words(cell: PlannedCell, plan: ComparisonPlan) -> str:
    return f"block {cell.block} of {plan.blocks}: {cell.variant} under {cell.profile}"


def came_to(record: CellRecord, plan: ComparisonPlan) -> str:
    """A cell's number, or why there is none."""
    metric = plan.primary.metric
    if record.value is None:
        return f"no number: {record.reason}"
    return f"{metric.name} {number(record.value)} {metric.unit} ({record.verdict})"


def time_left(plan: ComparisonPlan, took: Sequence[float], left: int, elapsed: float) -> float:
    """Seconds for the cells that are left, of the first of which some have elapsed.

    Each is as long as those that were seen, or as planned where none was.
    """
    each = sum(took) / len(took) if took else plan.cell_seconds
    return max(each - elapsed, 0) + (left - 1) * each
