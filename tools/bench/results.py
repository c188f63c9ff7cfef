"""What a run found: every measurement as it was made. All else is computed from it (`summary`)."""

from datetime import UTC, datetime
from typing import Any

import msgspec

from tools.bench.plans import Measured, Timing


class Cell(msgspec.Struct, frozen=True, kw_only=True):
    """One measurement: of a row on a preset, or of a limit; `connections` is 0 where there is no load generator."""

    subject: str
    connections: int
    repetition: int
    measured: Measured


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """How long and how often was measured."""

    timing: Timing
    repetitions: int
    backlog: int
    rows: tuple[str, ...]


class Run(msgspec.Struct, frozen=True, kw_only=True):
    """A whole run."""

    started: str
    took_seconds: float
    settings: Settings
    layout: str
    machine: dict[str, Any]
    warnings: list[str]
    cells: list[Cell]


def subject_of(row: str, preset: str) -> str:
    return f"{row}/{preset}"


def stamp(began: float) -> str:
    """Return a time in seconds since the epoch as RFC 3339."""
    return datetime.fromtimestamp(began, UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
