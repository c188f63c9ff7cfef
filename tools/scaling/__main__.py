"""`python -m tools.scaling`, by `make bench-scaling`: measures, draws, writes JSON. Ctrl-C leaves nothing behind."""

import argparse
import sys
import time
from pathlib import Path
from typing import Final

from rich.console import Console
from rich.markdown import Markdown
from rich.markup import escape
from rich.progress import Progress

from tools.bench.documents import fill_part
from tools.bench.keeping import measure_or_read
from tools.bench.plans import Timing
from tools.bench.processes import ROOT, MeasurementError
from tools.bench.results import Settings, stamp
from tools.bench.session import look_at_machine, make_console, make_progress, scratch
from tools.scaling.curves import CONSUMER, CURVES, DIRECT, LATEST, QUEUED, STORED, Spot, measure_curves, spots
from tools.scaling.drawing import draw
from tools.scaling.report import describe_scaling
from tools.scaling.results import Point, Profile, Scaling
from tools.scaling.stages import NoSamplerError, profile, sampler

RESULTS: Final = ROOT / "build" / "scaling.json"
DOCUMENT: Final = ROOT / "docs" / "performance.md"
PICTURES: Final = ROOT / "docs" / "performance"
STAGES: Final = "stages"
PROFILED: Final = (QUEUED, STORED, LATEST, DIRECT, CONSUMER)


def main(arguments: list[str]) -> int:
    options = _parse(arguments)
    console = make_console()
    run = measure_or_read(console, options, Scaling, _run)
    if isinstance(run, int):
        return run
    console.print(Markdown(describe_scaling(run)))
    _draw(run, PICTURES if options.write_docs else options.json.parent)
    if options.write_docs:
        DOCUMENT.write_text(fill_part(DOCUMENT.read_text(), "scaling", "bench-scaling", describe_scaling(run)))
    return 0


def _parse(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make bench-scaling", description=__doc__)
    names = (*CURVES, STAGES)
    parser.add_argument("--curve", default="", help=f"some of {', '.join(names)} by commas; left out: all")
    parser.add_argument("--line", default="", help=f"some of {', '.join(PROFILED)} by commas; left out: all")
    parser.add_argument("--quick", action="store_true", help="1 s a point, small backlogs: to see that all works")
    parser.add_argument("--seconds", type=float, help="of each point; left out: 4")
    parser.add_argument("--repetitions", type=int, default=1, help="left out: %(default)s")
    parser.add_argument("--json", type=Path, default=RESULTS, help="where the run is kept; left out: %(default)s")
    parser.add_argument("--from-json", action="store_true", help="measure nothing, show the run that is kept")
    parser.add_argument("--write-docs", action="store_true", help="put results and pictures into docs/")
    return parser.parse_args(arguments)


def _run(console: Console, options: argparse.Namespace) -> Scaling:
    curves = _some_of(options.curve, (*CURVES, STAGES))
    lines = _some_of(options.line, PROFILED)
    chosen = [spot for spot in spots(tuple(name for name in curves if name != STAGES)) if spot.line in lines]
    settings = _settings(options)
    began = time.time()
    machine, warnings = look_at_machine(console)
    with scratch() as directory, make_progress(console) as progress:
        points = _points(directory / "curves", chosen, settings, progress)
        profiles = _profiles(directory, lines, settings, progress) if STAGES in curves else []
    return Scaling(
        started=stamp(began),
        took_seconds=round(time.time() - began, 1),
        machine=machine,
        warnings=warnings,
        points=points,
        profiles=profiles,
    )


def _some_of(names: str, known: tuple[str, ...]) -> tuple[str, ...]:
    """Return the names in a list by commas, all there are where it is empty.

    Raises:
        ValueError: there is nothing of a name.
    """
    wanted = tuple(name for name in names.split(",") if name) or known
    if unknown := set(wanted) - set(known):
        raise ValueError(f"there is no {', '.join(sorted(unknown))}; there are {', '.join(known)}")
    return wanted


def _settings(options: argparse.Namespace) -> Settings:
    return Settings(
        timing=Timing(warm=0.5, seconds=options.seconds or (1.0 if options.quick else 4.0)),
        repetitions=options.repetitions,
        backlog=50_000 if options.quick else 300_000,
        rows=(),
    )


def _points(directory: Path, wanted: list[Spot], settings: Settings, progress: Progress) -> list[Point]:
    if not wanted:
        return []
    task = progress.add_task("measuring", total=len(wanted) * settings.repetitions)

    def done(point: Point) -> None:
        wrong = f", wrong: {point.measured.wrong}" if point.measured.wrong else ""
        told = f"{point.curve}, {point.line} at {point.at:,}: {point.rate:,.0f}/s{wrong}"
        progress.console.print(escape(told), highlight=False)
        progress.advance(task)

    directory.mkdir()
    found = measure_curves(directory, wanted, settings, done)
    progress.remove_task(task)
    return found


def _profiles(directory: Path, lines: tuple[str, ...], settings: Settings, progress: Progress) -> list[Profile]:
    try:
        program = sampler()
    except NoSamplerError as error:
        progress.console.print(f"[yellow]{error}[/]", highlight=False)
        return []
    task = progress.add_task("sampling", total=len(lines))
    found = []
    for number, line in enumerate(lines):
        own = directory / f"stages{number}"
        own.mkdir()
        try:
            found.append(profile(own, line, settings, program))
        except MeasurementError as error:
            progress.console.print(f"[yellow]{escape(str(error))}[/]", highlight=False)
        progress.advance(task)
    progress.remove_task(task)
    return found


def _draw(run: Scaling, directory: Path) -> None:
    directory.mkdir(parents=True, exist_ok=True)
    for curve in {point.curve for point in run.points}:
        (directory / f"{curve}.svg").write_text(draw(run.points, curve))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
