"""`python -m tools.bench`, by `make bench`: measures, prints a table, writes JSON. Ctrl-C leaves nothing behind."""

import argparse
import sys
import time
from pathlib import Path
from typing import Final

from rich.console import Console
from rich.markup import escape

from tools.bench.documents import fill
from tools.bench.keeping import measure_or_read
from tools.bench.layout import choose_layout, own_cores
from tools.bench.plans import Timing
from tools.bench.processes import ROOT
from tools.bench.report import describe_cell, print_run
from tools.bench.results import Cell, Run, Settings
from tools.bench.rows import LIMIT_WORK, ROWS, choose_rows
from tools.bench.run import measure_all, run_of
from tools.bench.session import look_at_machine, make_console, make_progress, scratch

RESULTS: Final = ROOT / "build" / "bench.json"
DOCUMENT: Final = ROOT / "docs" / "performance.md"


def main(arguments: list[str]) -> int:
    options = _parse(arguments)
    console = make_console()
    if options.list:
        _print_names(console)
        return 0
    run = measure_or_read(console, options, Run, _run)
    if isinstance(run, int):
        return run
    print_run(console, run)
    if options.write_docs:
        DOCUMENT.write_text(fill(DOCUMENT.read_text(), run))
    return 0


def _parse(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--row", default="", help="names of rows by commas; left out: all")
    parser.add_argument("--list", action="store_true", help="name the rows and the limits, and end")
    parser.add_argument("--quick", action="store_true", help="2 s a measurement, one repetition: to see that all works")
    parser.add_argument("--seconds", type=float, help="of each measurement; left out: 4")
    parser.add_argument("--repetitions", type=int, help="left out: 3")
    parser.add_argument("--json", type=Path, default=RESULTS, help="where the run is kept; left out: %(default)s")
    parser.add_argument("--from-json", action="store_true", help="measure nothing, show the run that is kept")
    parser.add_argument("--write-docs", action="store_true", help="put the results into docs/performance.md")
    return parser.parse_args(arguments)


def _settings(options: argparse.Namespace) -> Settings:
    """Return the settings that the options ask for.

    Raises:
        ValueError: there is no row of a name.
    """
    seconds, repetitions, backlog = (2.0, 1, 100_000) if options.quick else (4.0, 3, 300_000)
    return Settings(
        timing=Timing(warm=0.5 if options.quick else 1.0, seconds=options.seconds or seconds),
        repetitions=options.repetitions or repetitions,
        backlog=backlog,
        rows=tuple(row.name for row in choose_rows(options.row)),
    )


def _run(console: Console, options: argparse.Namespace) -> Run:
    settings, layout, began = _settings(options), choose_layout(own_cores()), time.time()
    machine, warnings = look_at_machine(console)
    with scratch() as directory, make_progress(console) as progress:
        task = progress.add_task("starting", total=None)

        def done(cell: Cell, count: int, total: int) -> None:
            progress.console.print(escape(describe_cell(cell)), highlight=False)
            progress.update(task, description="measuring", completed=count, total=total)

        rows = choose_rows(",".join(settings.rows))
        cells = measure_all(
            directory,
            layout,
            settings,
            rows,
            told=lambda what: progress.update(task, description=what),
            done=done,
        )
    return run_of(cells, began=began, settings=settings, layout=layout, machine=machine, warnings=warnings)


def _print_names(console: Console) -> None:
    for row in ROWS:
        console.print(f"[bold]{row.name}[/]  {row.work}; {', '.join(row.presets)}", highlight=False)
    for limit, work in LIMIT_WORK.items():
        console.print(f"[dim]{limit}[/]  {work}", highlight=False)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
