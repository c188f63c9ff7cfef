"""What the programs that measure share around their work: a directory that goes with the run, progress, the console."""

import signal
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Final

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from tools.bench.machine import describe_machine, warn_of

EXIT_INTERRUPTED: Final = 130
WIDTH: Final = 200  # where the output goes to a file


def make_console() -> Console:
    console = Console()
    return console if console.is_terminal else Console(width=WIDTH)


def look_at_machine(console: Console) -> tuple[dict[str, object], list[str]]:
    """Describe the machine, and warn at once of what makes a run on it doubtful."""
    machine = describe_machine()
    warnings = warn_of(machine)
    for warning in warnings:
        console.print(f"[yellow]warning: {warning}[/]", highlight=False)
    return machine, warnings


def make_progress(console: Console) -> Progress:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    return Progress(*columns, TextColumn("left"), TimeRemainingColumn(), console=console, transient=True)


@contextmanager
def scratch() -> Iterator[Path]:
    """Yield a directory for the run; a request to end, by SIGTERM too, ends the run in order, and only once."""

    def interrupt(_number: int, _frame: FrameType | None) -> None:
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, signal.SIG_IGN)  # the way out is not to be interrupted
        raise KeyboardInterrupt

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, interrupt)
    with tempfile.TemporaryDirectory(prefix="telemetry-bench-", ignore_cleanup_errors=True) as directory:
        yield Path(directory)
