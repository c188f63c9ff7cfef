"""How long platforms took to recover, as a table and as JSON: median and longest of each fault and architecture."""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from statistics import median
from typing import Final

import msgspec

from tests.faults.probe import Recovery

NOTED: Final = "fault"  # the name under which a test's report carries it
FILE: Final = Path(__file__).parents[2] / "build" / "fault-recovery.json"
HEAD: Final = (
    "Seconds from SIGKILL or SIGTERM (started again at once), from SIGCONT, or from what disturbs,",
    "until a new reading was acknowledged (accepts) and until readers saw it (shows): median and longest.",
)
COLUMNS: Final = ("architecture", "fault", "n", "accepts", "longest", "shows", "longest")
MEMORY: Final = "Resident memory, MiB: when warm, and most after any fault."


class Noted(msgspec.Struct, frozen=True):
    """What one case measured; memory in MiB by service."""

    architecture: str
    fault: str
    recoveries: Sequence[Recovery]
    warm: dict[str, float]
    after: dict[str, float]


def lines_of(noted: Sequence[Noted]) -> Iterator[str]:
    """Yield the report as lines of text."""
    yield from HEAD
    ordered = sorted(noted, key=lambda it: (it.architecture, it.fault))
    yield from _aligned([COLUMNS, *(_row(it) for it in ordered)])
    yield ""
    yield MEMORY
    yield from _aligned([("architecture", "service", "warm", "most"), *_memory(ordered)])


def write(noted: Sequence[Noted]) -> Path:
    """Write everything that was measured as JSON, and return where."""
    FILE.parent.mkdir(exist_ok=True)
    FILE.write_bytes(msgspec.json.format(msgspec.json.encode(noted)))
    return FILE


def _row(noted: Noted) -> tuple[str, ...]:
    accepts, shows = [it.accepts for it in noted.recoveries], [it.shows for it in noted.recoveries]
    figures = (median(accepts), max(accepts), median(shows), max(shows))
    return noted.architecture, noted.fault, str(len(accepts)), *(f"{it:.2f}" for it in figures)


def _memory(noted: Sequence[Noted]) -> Iterator[tuple[str, ...]]:
    most: dict[tuple[str, str], tuple[float, float]] = {}
    for it in noted:
        for service, warm in it.warm.items():
            key = (it.architecture, service)
            most[key] = (warm, max(it.after[service], most.get(key, (0, 0))[1]))
    for (architecture, service), (warm, after) in most.items():
        yield architecture, service, f"{warm:.0f}", f"{after:.0f}"


def _aligned(rows: Iterable[Sequence[str]]) -> Iterator[str]:
    table = list(rows)
    widths = [max(len(row[column]) for row in table) for column in range(len(table[0]))]
    for row in table:
        yield "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
