"""One run: everything is started once, then measured in turn, A B C A B C, so that each repetition meets all."""

import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Final

from tools.bench.bounds import Bounds
from tools.bench.layout import Layout
from tools.bench.paths import Paths
from tools.bench.plans import Measured
from tools.bench.processes import Measurement, MeasurementError
from tools.bench.results import Cell, Run, Settings, stamp
from tools.bench.rows import Row
from tools.bench.site import Site

MOST_CHARACTERS: Final = 200  # of a failure

Told = Callable[[str], None]
"""Told what is started, before it is."""
Done = Callable[[Cell, int, int], None]
"""Told of each measurement: which, and how many of how many are done."""


def build_measurements(site: Site, settings: Settings, rows: tuple[Row, ...]) -> list[Measurement]:
    """Return the measurements of one repetition; a limit that several rows have is measured once, before the first."""
    paths, bounds = Paths(site, settings), Bounds(site, settings)
    found: dict[tuple[str, int], Measurement] = {}
    for row in rows:
        limits = [one for limit in row.limits for one in bounds.measurements(limit)]
        for one in (*limits, *paths.measurements(row)):
            found.setdefault((one.subject, one.connections), one)
    return list(found.values())


def measure_all(
    directory: Path, layout: Layout, settings: Settings, rows: tuple[Row, ...], *, told: Told, done: Done
) -> list[Cell]:
    """Start what the rows need, measure, and end it all, however this ends."""
    cells: list[Cell] = []
    with ExitStack() as stack:
        measurements = build_measurements(Site(stack, directory, layout), settings, rows)
        _prepare(measurements, told)
        total = len(measurements) * settings.repetitions
        for repetition in range(settings.repetitions):
            for one in measurements:
                measured = take(one)
                cells.append(
                    Cell(subject=one.subject, connections=one.connections, repetition=repetition, measured=measured)
                )
                done(cells[-1], len(cells), total)
        told("ending programs and servers")
    return cells


def take(measurement: Measurement) -> Measured:
    """Measure; a failure is a result that says so, so that one does not cost the whole run."""
    try:
        return measurement.take()
    except MeasurementError as error:
        last = str(error).strip().splitlines()[-1]
        return Measured(count=0, seconds=0.0, wrong={last[:MOST_CHARACTERS]: 1})


def _prepare(measurements: list[Measurement], told: Told) -> None:
    prepared: set[str] = set()
    for one in measurements:
        if one.subject not in prepared:
            told(f"starting what {one.subject} needs")
            one.prepare()
            prepared.add(one.subject)


def run_of(
    cells: list[Cell], *, began: float, settings: Settings, layout: Layout, machine: dict[str, Any], warnings: list[str]
) -> Run:
    """Put a run together; `began` is in seconds since the epoch."""
    return Run(
        started=stamp(began),
        took_seconds=round(time.time() - began, 1),
        settings=settings,
        layout=layout.describe(),
        machine=machine,
        warnings=warnings,
        cells=cells,
    )
