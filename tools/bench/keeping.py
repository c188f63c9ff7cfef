"""A measurement as a command: made, or read from where the last one is kept; what ends it early is told in a line."""

from argparse import Namespace
from collections.abc import Callable
from pathlib import Path
from typing import Generic, Protocol, Self, TypeVar

import msgspec
from rich.console import Console
from rich.markup import escape

from tools.bench.processes import MeasurementError
from tools.bench.session import EXIT_INTERRUPTED

RunT = TypeVar("RunT", bound=msgspec.Struct)


class Parts(Protocol):
    """A run that may be of some parts only."""

    @property
    def is_empty(self) -> bool: ...

    def without(self, other: "Self") -> "Self":
        """Return what this has and another has not."""
        ...


PartsT = TypeVar("PartsT", bound=Parts)


class Kept(msgspec.Struct, Generic[PartsT], frozen=True):
    """What is kept: the newest of each part, with the run that it is of; oldest run first."""

    runs: list[PartsT]

    def with_newest(self, run: PartsT) -> "Kept[PartsT]":
        """Return these, and `run` in place of what they have of its parts."""
        older = [one.without(run) for one in self.runs]
        return Kept([*(one for one in older if not one.is_empty), run])


def measure_parts_or_read(
    console: Console, options: Namespace, kind: type[Kept[PartsT]], measure: Callable[[Console, Namespace], PartsT]
) -> Kept[PartsT] | int:
    """Do as `measure_or_read`, and keep what was found before of the parts that are not measured anew."""

    def measure_anew(console: Console, options: Namespace) -> Kept[PartsT]:
        path: Path = options.json
        kept = msgspec.json.decode(path.read_bytes(), type=kind) if path.exists() else kind([])
        return kept.with_newest(measure(console, options))

    return measure_or_read(console, options, kind, measure_anew)


def measure_or_read(
    console: Console, options: Namespace, kind: type[RunT], measure: Callable[[Console, Namespace], RunT]
) -> RunT | int:
    """Return the run that is kept at `options.json`, measured before unless `options.from_json`; else an exit code."""
    try:
        if not options.from_json:
            _keep(options.json, measure(console, options))
        return msgspec.json.decode(options.json.read_bytes(), type=kind)
    except KeyboardInterrupt:
        console.print("interrupted; nothing was written and nothing is left running")
        return EXIT_INTERRUPTED
    except (MeasurementError, AssertionError, OSError, ValueError) as error:
        console.print(f"[red]error:[/] {escape(str(error))}")
        return 1


def _keep(path: Path, run: msgspec.Struct) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(msgspec.json.format(msgspec.json.encode(run), indent=2) + b"\n")
