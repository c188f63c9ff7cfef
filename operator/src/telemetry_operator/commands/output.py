"""What all commands say in the same way: results as tables or JSON, progress, errors, exit codes.

Results go to standard output and nothing else does; progress and errors go to standard error.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from enum import IntEnum, StrEnum
from typing import Annotated, Final

import msgspec
import typer
from rich.console import Console, RenderableType
from rich.status import Status

from telemetry_operator.commands.interruption import interruption
from telemetry_operator.errors import PlatformError

out: Final = Console(highlight=False)
err: Final = Console(stderr=True, highlight=False, markup=False, soft_wrap=True)


class ExitCode(IntEnum):
    """0 done; 1 failed; 2 wrong usage or manifest; 3 not all up; 4 not all accepted; 5 books open; 130 Ctrl-C."""

    OK = 0
    FAILED = 1
    USAGE = 2
    NOT_UP = 3
    NOT_ACCEPTED = 4
    NOT_CLOSED = 5
    INTERRUPTED = 130


class Format(StrEnum):
    """How a result is written."""

    TABLE = "table"
    JSON = "json"


OutputOption = Annotated[Format, typer.Option("--output", "-o", help="How the result is written.")]


def print_result(value: object, table: RenderableType, output: Format) -> None:
    """Write a result: `value` (anything msgspec can encode) as JSON, or what is shown to a person."""
    if output is Format.JSON:
        typer.echo(msgspec.json.format(msgspec.json.encode(value)))
    else:
        out.print(table)


def print_error(error: PlatformError) -> None:
    """Write an `error:` line for each line of the message, and the hint; indented lines go with the line above."""
    for line in error.message.splitlines():
        err.print(line if line.startswith(" ") else f"error: {line}")
    if error.hint:
        err.print(f"hint: {error.hint}")


class Steps:
    """The progress of long work: a spinner in a terminal, plain lines elsewhere."""

    def __init__(self, status: Status | None) -> None:
        self._status = status
        self._last = ""

    def step(self, text: str) -> None:
        """Tell what comes next, unless somebody asked the command to end.

        Raises:
            KeyboardInterrupt: so it was asked.
        """
        interruption.check()
        if self._status is not None:
            self._status.update(text)
        elif text != self._last:
            err.print(f"{text} ...")
        self._last = text


@contextmanager
def steps() -> Iterator[Steps]:
    """Show progress while the block runs."""
    if not err.is_terminal:
        yield Steps(None)
        return
    with err.status("starting") as status:
        yield Steps(status)
