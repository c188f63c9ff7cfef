"""What a run's measurements come to: medians, spreads, shares of the reference, and whether a goal is met."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from statistics import median
from typing import Final

from tools.bench.plans import Measured
from tools.bench.results import Cell, Run, subject_of
from tools.bench.rows import LIMIT_WORK, ROWS, Limit, Row

HALF: Final = 0.5
SOUND: Final = 0.001  # share of answers that may be other than expected


class Verdict(StrEnum):
    """Whether a row reaches its goal; half of its nearest limit is what is asked where the goal is out of reach."""

    MET = "met"
    HALF_OF_LIMIT = "half of the limit"
    MISSED = "missed"
    UNSOUND = "unsound"
    INCOMPLETE = "incomplete"


@dataclass(frozen=True, slots=True)
class Figure:
    """A median of repetitions, with the lowest and the highest."""

    median: float
    low: float
    high: float

    @property
    def spread(self) -> float:
        """The whole range as a share of the median."""
        return (self.high - self.low) / self.median if self.median else 0.0


@dataclass(frozen=True, slots=True)
class Level:
    """A subject at so many connections."""

    connections: int
    rate: Figure
    p50: float | None
    p99: float | None
    cpu: dict[str, float]
    wrong: int
    rates: dict[int, float]
    """By repetition."""


@dataclass(frozen=True, slots=True)
class Result:
    """One row on one preset, at the connections where it was fastest."""

    row: Row
    preset: str
    levels: tuple[Level, ...]
    best: Level | None
    limits: dict[Limit, Level]
    share: Figure | None
    verdict: Verdict


def figure_of(values: list[float]) -> Figure:
    return Figure(median(values), min(values), max(values))


def summarise(run: Run) -> list[Result]:
    """Return a result for each row and preset of a run."""
    levels = _levels(run.cells)
    limits = {Limit(name): _best(found) for name, found in levels.items() if name in LIMIT_WORK}
    return [
        _result(row, preset, levels.get(subject_of(row.name, preset), []), limits)
        for row in ROWS
        if row.name in run.settings.rows
        for preset in row.presets
    ]


def limits_of(run: Run) -> dict[Limit, Level]:
    """Return each limit that a run measured, at its best."""
    return {Limit(name): _best(found) for name, found in _levels(run.cells).items() if name in LIMIT_WORK}


def _levels(cells: list[Cell]) -> dict[str, list[Level]]:
    grouped: dict[str, dict[int, dict[int, Measured]]] = defaultdict(lambda: defaultdict(dict))
    for cell in cells:
        grouped[cell.subject][cell.connections][cell.repetition] = cell.measured
    return {
        subject: [_level(connections, found) for connections, found in by_connections.items()]
        for subject, by_connections in grouped.items()
    }


def _level(connections: int, found: Mapping[int, Measured]) -> Level:
    measured = list(found.values())
    names = {name for one in measured for name in one.cpu}
    return Level(
        connections,
        rate=figure_of([one.rate for one in measured]),
        p50=_median([one.p50 for one in measured]),
        p99=_median([one.p99 for one in measured]),
        cpu={name: median(one.cpu.get(name, 0.0) for one in measured) for name in sorted(names)},
        wrong=sum(sum(one.wrong.values()) for one in measured),
        rates={repetition: one.rate for repetition, one in found.items()},
    )


def _median(values: list[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return median(known) if known else None


def _best(levels: list[Level]) -> Level:
    return max(levels, key=lambda level: level.rate.median)


def _result(row: Row, preset: str, levels: list[Level], limits: Mapping[Limit, Level]) -> Result:
    best = _best(levels) if levels else None
    own = {limit: limits[limit] for limit in row.limits if limit in limits}
    share = _share(best, own.get(row.reference))
    return Result(row, preset, tuple(levels), best, own, share, _verdict(row, best, own, share))


def _share(best: Level | None, reference: Level | None) -> Figure | None:
    """Divide repetition by repetition: what was measured at about the same time saw the same machine."""
    if best is None or reference is None:
        return None
    both = best.rates.keys() & reference.rates.keys()
    shares = [best.rates[number] / reference.rates[number] for number in both if reference.rates[number]]
    return figure_of(shares) if shares else None


def _verdict(row: Row, best: Level | None, limits: Mapping[Limit, Level], share: Figure | None) -> Verdict:
    if best is None or share is None:
        return Verdict.INCOMPLETE
    if best.wrong > SOUND * best.rate.median:
        return Verdict.UNSOUND
    if share.median >= row.goal:
        return Verdict.MET
    nearest = min(limit.rate.median for limit in limits.values())
    return Verdict.HALF_OF_LIMIT if best.rate.median >= HALF * nearest else Verdict.MISSED
