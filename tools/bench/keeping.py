"""A measurement as a command: made, or read from where the last one is kept; what ends it early is told in a line."""

from argparse import Namespace
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import msgspec
from rich.console import Console
from rich.markup import escape

from tools.bench.processes import MeasurementError
from tools.bench.session import EXIT_INTERRUPTED

RunT = TypeVar("RunT", bound=msgspec.Struct)


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
