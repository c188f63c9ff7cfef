"""The curves: what is varied, from where to where, and how one point is measured."""

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from telemetry_contract.settings import Component
from tools.bench.layout import choose_layout, own_cores
from tools.bench.paths import Paths
from tools.bench.plans import Measured
from tools.bench.processes import MeasurementError
from tools.bench.results import Settings
from tools.bench.rows import ROWS, Kind, Row
from tools.bench.site import Site
from tools.scaling.results import Point

CONNECTIONS: Final = (1, 4, 16, 64, 256, 512)
BATCHES: Final = (1, 10, 100, 1000)
DEVICES: Final = (100, 1_000, 10_000, 100_000, 1_000_000)
PROCESSES: Final = (1, 2, 3, 4)
USUAL: Final = 64
MOST_CHARACTERS: Final = 200

QUEUED: Final = "POST queued"
STORED: Final = "POST stored"
LATEST: Final = "GET Redis"
DIRECT: Final = "GET PostgreSQL"
CONSUMER: Final = "consumer"

_ROWS: Final = {row.name: row for row in ROWS}
_LINES: Final[dict[str, tuple[str, str]]] = {
    QUEUED: ("post-one-queued", "stream-postgres"),
    STORED: ("post-one-stored", "baseline"),
    LATEST: ("latest-redis", "redis"),
    DIRECT: ("latest-postgres", "baseline"),
    CONSUMER: ("consumer", "kafka"),
}


@dataclass(frozen=True, slots=True)
class Spot:
    """A point to measure: a row of the benchmark with one thing changed; `processes` of its program share the port."""

    curve: str
    line: str
    at: int
    row: Row
    preset: str
    processes: int = 1

    @property
    def units(self) -> int:
        return self.row.readings if self.row.kind is Kind.POST else 1


def row_of(line: str) -> tuple[Row, str]:
    """Return the row of the benchmark behind a line, at the usual connections, and the preset it is measured on."""
    name, preset = _LINES[line]
    row = _ROWS[name]
    return replace(row, presets=(preset,), connections=(USUAL,) if row.connections else ()), preset


def spots(curves: tuple[str, ...]) -> list[Spot]:
    """Return all points of these curves, those of one platform near one another."""
    return [spot for curve in curves for spot in CURVES[curve]()]


def _by_connections() -> list[Spot]:
    return [
        Spot("connections", line, count, replace(row, connections=(count,)), preset)
        for line in (QUEUED, STORED, LATEST, DIRECT)
        for row, preset in [row_of(line)]
        for count in CONNECTIONS
    ]


def _by_batch() -> list[Spot]:
    found = []
    for line in (QUEUED, STORED, CONSUMER):
        row, preset = row_of(line)
        connections = () if row.kind is Kind.DRAIN else (16,)
        changed = [(size, replace(row, readings=size, connections=connections)) for size in BATCHES]
        found += [Spot("batch", line, size, one, preset) for size, one in changed]
    return found


def _by_devices() -> list[Spot]:
    return [
        Spot("devices", line, count, replace(row, devices=count), preset)
        for line in (QUEUED, STORED, CONSUMER)
        for row, preset in [row_of(line)]
        for count in DEVICES
    ]


def _by_processes() -> list[Spot]:
    return [
        Spot("processes", line, count, row, preset, count)
        for line in (QUEUED, STORED)
        for row, preset in [row_of(line)]
        for count in PROCESSES
    ]


CURVES: Final[dict[str, Callable[[], list[Spot]]]] = {
    "connections": _by_connections,
    "batch": _by_batch,
    "devices": _by_devices,
    "processes": _by_processes,
}


def measure_curves(
    directory: Path, wanted: list[Spot], settings: Settings, done: Callable[[Point], None]
) -> list[Point]:
    """Measure all points, one after the other, so often as the settings say; a failure is a point that says so."""
    found = []
    with ExitStack() as stack:
        site = Site(stack, directory, choose_layout(own_cores()))
        for _ in range(settings.repetitions):
            for spot in wanted:
                measured = _measure(site, spot, settings)
                point = Point(curve=spot.curve, line=spot.line, at=spot.at, units=spot.units, measured=measured)
                found.append(point)
                done(point)
    return found


def _measure(site: Site, spot: Spot, settings: Settings) -> Measured:
    (one,) = Paths(site, settings).measurements(spot.row)
    try:
        one.prepare()
        with ExitStack() as stack:
            for replica in range(1, spot.processes):
                process = site.platform(spot.preset).process(Component.PRODUCER, replica)
                process.start().until_ready()
                stack.callback(process.stop)
            return one.take()
    except (MeasurementError, AssertionError) as error:
        return Measured(count=0, seconds=0.0, wrong={str(error).strip()[-MOST_CHARACTERS:]: 1})
