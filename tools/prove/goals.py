"""What a run of the operator showed, held against its goals."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from rich.table import Table

GOAL_P95: Final = 1.0  # seconds
GOAL_MIB: Final = 250.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """What one run showed."""

    platforms: int
    objects: int
    arrival_seconds: float
    arrival_p95: float
    rest_p95: float
    rest_seconds: float
    rest_visits: int
    peak_mib: float
    writes: dict[str, int]
    source: str
    loads: tuple[float, float]
    """Load average of the machine, before and after."""


def table_of(measured: Measured) -> Table:
    loads = " and ".join(f"{load:.1f}" for load in measured.loads)
    title = f"{measured.platforms} platforms of {measured.objects} objects, load average {loads} before and after"
    table = Table(title=title)
    for column in ("what", "measured", "goal", ""):
        table.add_column(column)
    for what, shown, goal, is_met in _rows(measured):
        table.add_row(what, shown, goal, "" if is_met is None else "met" if is_met else "missed")
    return table


def _rows(measured: Measured) -> Iterator[tuple[str, str, str, bool | None]]:
    goal = f"< {GOAL_P95:g} s"
    told = ", ".join(f"{count} {write}" for write, count in measured.writes.items()) or "none"
    yield "until all are as specified", f"{measured.arrival_seconds:.0f} s", "", None
    for what, seconds in (("coming up", measured.arrival_p95), ("at rest", measured.rest_p95)):
        yield f"p95 of visits {what}", f"{seconds:.2f} s", goal, seconds < GOAL_P95
    mib = measured.peak_mib
    yield "most memory of the operator", f"{mib:.0f} MiB", f"< {GOAL_MIB:g} MiB", mib < GOAL_MIB
    what = f"writes in {measured.rest_seconds:g} s of rest, {measured.rest_visits} visits, by the {measured.source}"
    yield what, told, "none", not measured.writes


def is_met(measured: Measured) -> bool:
    return all(verdict is not False for *_, verdict in _rows(measured))
