"""`python -m tools.growth`, by `make bench-growth`: measures, prints tables, writes JSON. Ctrl-C leaves nothing."""

import argparse
import logging
import sys
import time
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Final

import structlog
from rich.console import Console
from rich.markdown import Markdown

from tools.bench.documents import fill_part
from tools.bench.keeping import Kept, measure_parts_or_read
from tools.bench.layout import choose_layout, own_cores
from tools.bench.processes import ROOT
from tools.bench.results import stamp
from tools.bench.session import look_at_machine, make_console, make_progress, scratch
from tools.bench.site import Site
from tools.growth.parts import PARTS, Sizes, measure_parts
from tools.growth.report import describe_growth
from tools.growth.results import Growth, Plan

RESULTS: Final = ROOT / "build" / "growth.json"
DOCUMENT: Final = ROOT / "docs" / "performance.md"
PLANS: Final = ROOT / "docs" / "performance" / "plans.md"


def main(arguments: list[str]) -> int:
    options = _parse(arguments)
    console = make_console()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    kept = measure_parts_or_read(console, options, Kept[Growth], _run)
    if isinstance(kept, int):
        return kept
    console.print(Markdown(describe_growth(kept)))
    if options.write_docs:
        DOCUMENT.write_text(fill_part(DOCUMENT.read_text(), "growth", "bench-growth", describe_growth(kept)))
        _write_plans([plan for run in kept.runs for plan in run.plans])
    return 0


def _parse(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make bench-growth", description=__doc__)
    parser.add_argument("--part", default="", help=f"some of {', '.join(PARTS)} by commas; left out: all")
    parser.add_argument("--quick", action="store_true", help="short rounds, a million readings: to see that all works")
    parser.add_argument("--presets", default="baseline,kafka,stream-memory", help="left out: %(default)s")
    parser.add_argument("--starts", type=int, help="of each service; left out: 5")
    parser.add_argument("--rounds", type=int, help="of load, a third of them to warm up; left out: 18")
    parser.add_argument("--round-seconds", type=float, help="of each of four kinds of load in a round; left out: 2")
    parser.add_argument("--readings", type=int, help="of the long history; left out: 10000000")
    parser.add_argument("--short-readings", type=int, default=100_000, help="of the short one; left out: %(default)s")
    parser.add_argument("--asked", type=int, help="times that each question is asked; left out: 300")
    parser.add_argument("--json", type=Path, default=RESULTS, help="where the run is kept; left out: %(default)s")
    parser.add_argument("--from-json", action="store_true", help="measure nothing, show the run that is kept")
    parser.add_argument("--write-docs", action="store_true", help="put the results into docs/performance.md")
    return parser.parse_args(arguments)


def _sizes(options: argparse.Namespace) -> Sizes:
    """Return what the options ask for.

    Raises:
        ValueError: there is no part of a name.
    """
    parts = tuple(name for name in options.part.split(",") if name) or PARTS
    if unknown := set(parts) - set(PARTS):
        raise ValueError(f"there is no part {', '.join(sorted(unknown))}; there are {', '.join(PARTS)}")
    usual = Sizes(parts=parts, starts=5, rounds=18, seconds=2.0, long=10_000_000, asked=300)
    if options.quick:
        usual = Sizes(parts=parts, starts=2, rounds=6, seconds=0.5, long=1_000_000, asked=60)
    return usual._replace(
        presets=tuple(options.presets.split(",")),
        starts=options.starts or usual.starts,
        rounds=options.rounds or usual.rounds,
        seconds=options.round_seconds or usual.seconds,
        long=options.readings or usual.long,
        short=options.short_readings,
        asked=options.asked or usual.asked,
    )


def _run(console: Console, options: argparse.Namespace) -> Growth:
    sizes, layout, began = _sizes(options), choose_layout(own_cores()), time.time()
    machine, warnings = look_at_machine(console)
    with scratch() as directory, make_progress(console) as progress, ExitStack() as stack:
        found = measure_parts(Site(stack, directory, layout), sizes, progress)
    return Growth(
        started=stamp(began), took_seconds=round(time.time() - began, 1), machine=machine, warnings=warnings, **found
    )


def _write_plans(plans: Sequence[Plan]) -> None:
    if not plans:
        return
    parts = ["# Query plans\n\nWritten by `make bench-growth` with its results in [performance.md](../performance.md)."]
    parts += [f"## {plan.question}, {plan.readings:,} readings\n\n```\n{plan.text}\n```" for plan in plans]
    PLANS.parent.mkdir(parents=True, exist_ok=True)
    PLANS.write_text("\n\n".join(parts) + "\n")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
