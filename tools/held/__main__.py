"""`python -m tools.held`, by `make bench-held`: drives, prints a table, writes JSON. Ctrl-C leaves nothing behind."""

import argparse
import sys
import time
from contextlib import ExitStack
from pathlib import Path
from typing import Final

import msgspec
from rich.console import Console
from rich.markdown import Markdown
from rich.markup import escape
from rich.progress import Progress

from tools.bench.documents import fill_part
from tools.bench.keeping import Kept, measure_parts_or_read
from tools.bench.layout import Layout, own_cores
from tools.bench.processes import ROOT, MeasurementError
from tools.bench.results import stamp
from tools.bench.session import look_at_machine, make_console, make_progress, scratch
from tools.bench.site import Site
from tools.held.phases import Lengths, Phases, grow_old
from tools.held.report import describe_held
from tools.held.results import Outcome, Run

RESULTS: Final = ROOT / "build" / "held.json"
DOCUMENT: Final = ROOT / "docs" / "performance.md"
PHASES: Final = ("held", "backlog", "age", "overload")
CARRIED_AS: Final = "all arrivals accepted"
BUFFERED: Final = frozenset({"backlog", "age"})


def main(arguments: list[str]) -> int:
    options = _parse(arguments)
    console = make_console()
    kept = measure_parts_or_read(console, options, Kept[Run], _run)
    if isinstance(kept, int):
        return kept
    console.print(Markdown(describe_held(kept)))
    if options.write_docs:
        DOCUMENT.write_text(fill_part(DOCUMENT.read_text(), "held", "bench-held", describe_held(kept)))
    return 0


def _parse(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make bench-held", description=__doc__)
    parser.add_argument("--presets", default="baseline,kafka", help="of others the last is kept; left out: %(default)s")
    parser.add_argument("--phase", default="", help=f"some of {', '.join(PHASES)} by commas; left out: all")
    parser.add_argument("--quick", action="store_true", help="some seconds a phase: to see that all works")
    parser.add_argument("--minutes", type=float, help="that the load is held; left out: 10")
    parser.add_argument("--backlog", type=int, help="readings that wait; left out: 1000000")
    parser.add_argument(
        "--share", type=float, default=0.7, help="of what is carried that is held; left out: %(default)s"
    )
    parser.add_argument("--json", type=Path, default=RESULTS, help="where runs are kept; left out: %(default)s")
    parser.add_argument("--from-json", action="store_true", help="measure nothing, show what is kept")
    parser.add_argument("--write-docs", action="store_true", help="put the results into docs/performance.md")
    return parser.parse_args(arguments)


def _lengths(options: argparse.Namespace) -> Lengths:
    usual = Lengths(carry=15.0, held=600, calm=10, overload=20, backlog=1_000_000, share=options.share)
    if options.quick:
        usual = usual._replace(carry=3.0, held=10, calm=5, overload=5, backlog=100_000)
    held = round(options.minutes * 60) if options.minutes else usual.held
    return usual._replace(held=held, backlog=options.backlog or usual.backlog)


def _phases(options: argparse.Namespace) -> tuple[str, ...]:
    """Return the phases that are asked for.

    Raises:
        ValueError: there is no phase of a name.
    """
    wanted = tuple(name for name in options.phase.split(",") if name) or PHASES
    if unknown := set(wanted) - set(PHASES):
        raise ValueError(f"there is no phase {', '.join(sorted(unknown))}; there are {', '.join(PHASES)}")
    return wanted


def _run(console: Console, options: argparse.Namespace) -> Run:
    lengths, wanted, began = _lengths(options), _phases(options), time.time()
    machine, warnings = look_at_machine(console)
    cores = tuple(sorted(own_cores()))
    with scratch() as directory, make_progress(console) as progress, ExitStack() as stack:
        # Nothing is pinned: what lasts is to be carried by the machine as it is.
        site = Site(stack, directory, Layout(cores, cores, cores))
        outcomes = [_measure(site, preset, lengths, wanted, progress) for preset in options.presets.split(",")]
    took = round(time.time() - began, 1)
    return Run(started=stamp(began), took_seconds=took, machine=machine, warnings=warnings, outcomes=outcomes)


def _measure(site: Site, preset: str, lengths: Lengths, wanted: tuple[str, ...], progress: Progress) -> Outcome:
    task = progress.add_task(f"{preset}: what it carries", total=len(wanted) + 1)
    phases = Phases(site, preset, lengths)
    found: dict[str, object] = {}
    for name in PHASES:
        if name not in wanted or (name in BUFFERED and not phases.queued):
            continue
        progress.console.print(f"{preset}: {name}, at {phases.carried:,.0f} requests/s carried", highlight=False)
        progress.update(task, description=f"{preset}: {name}", advance=1)
        try:
            found[name] = grow_old(site, preset) if name == "age" else getattr(phases, name)()
        except (MeasurementError, AssertionError) as error:  # one phase that fails does not cost the others
            progress.console.print(f"[red]{preset}: {name} failed:[/] {escape(str(error))}", highlight=False)
    phases.stop()
    progress.remove_task(task)
    return msgspec.convert(
        {"preset": preset, "carried": phases.carried, "carried_as": CARRIED_AS} | found, Outcome, from_attributes=True
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
