"""The run behind `telemetryctl send`: opens the source, sends, shows how far it is, and compares at the end."""

import asyncio
import sys
from collections.abc import AsyncGenerator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from telemetry_contract.readings import MAX_DEVICE, Reading, is_device, is_reserved
from telemetry_loadtest.fleet import Fleet
from telemetry_loadtest.machine import Machine
from telemetry_operator.client.books import Books
from telemetry_operator.client.csv_lines import CsvParser
from telemetry_operator.client.interrupt import beside, first_signal_stops
from telemetry_operator.client.ndjson import InvalidLine, NdjsonParser, read_lines
from telemetry_operator.client.query import QueryError
from telemetry_operator.client.sending import Bounds, Outcome, Target, compare, reach, send
from telemetry_operator.client.sources import Parse, fleet_readings, line_readings, machine_readings
from telemetry_operator.errors import PlatformError

STDIN: Final = "-"
_LOOK: Final = 0.2  # seconds between two looks at the progress


class SourceError(PlatformError):
    """There is nothing to send, or too much was asked for at once."""


class FileFormat(StrEnum):
    """How a file writes readings."""

    CSV = "csv"
    NDJSON = "ndjson"


@dataclass(frozen=True, slots=True)
class Choice:
    """What is to be sent: this machine, a fleet of so many, or a file. `rate` is readings a second in all."""

    machine: bool = False
    fleet: int | None = None
    file: str | None = None
    device: str | None = None
    rate: float | None = None
    seed: int = 1
    format: FileFormat | None = None

    def __post_init__(self) -> None:
        if (self.machine, self.fleet is not None, self.file is not None).count(True) != 1:
            raise SourceError(
                "one source is needed", hint="give --machine, --fleet N or a file of NDJSON or CSV (- is stdin)"
            )
        if self.rate is not None and self.rate <= 0:
            raise SourceError(f"a rate of {self.rate:g} readings a second was asked for; it must be above 0")
        if self.device is not None and (not is_device(self.device) or is_reserved(self.device)):
            raise SourceError(
                f"{self.device!r} is no id of a device",
                hint=f"an id is 1 to {MAX_DEVICE} of A-Z a-z 0-9 . _ : -, the first not _",
            )

    @property
    def parser(self) -> Parse:
        """How the file's lines are read: as was asked for, else as its name ends."""
        chosen = self.format or (FileFormat.CSV if (self.file or "").lower().endswith(".csv") else FileFormat.NDJSON)
        return CsvParser(self.device) if chosen is FileFormat.CSV else NdjsonParser(self.device)


@dataclass(frozen=True, slots=True)
class Report:
    """What came of it, with the lines that were not sent."""

    outcome: Outcome
    invalid: list[InvalidLine]
    unanswered: QueryError | None = None  # why there is no comparison, where one was asked for

    @property
    def complete(self) -> bool:
        return self.outcome.complete and not self.invalid

    @property
    def closed(self) -> bool:
        return self.outcome.closing is None or self.outcome.closing.closed


async def run(target: Target, choice: Choice, bounds: Bounds, patience: float | None, console: Console) -> Report:
    """Send what was chosen and close the books within `patience` seconds (None: not at all).

    The first signal ends the sending in order.

    Raises:
        SourceError: the file cannot be read, or the fleet is of no sensible size.
        UnreachableError: nothing answers at the producer's address.
    """
    await reach(target.producer)
    books, invalid = Books(), list[InvalidLine]()
    with _open(choice, invalid) as readings:
        async with first_signal_stops() as stop, beside(_show(books, bounds, console)):
            seconds = await send(target, readings, books, stop=stop, bounds=bounds)
            try:
                closing = None if patience is None else await compare(target, books, patience)
            except QueryError as error:
                return Report(Outcome(books, seconds, None), invalid, error)
            return Report(Outcome(books, seconds, closing), invalid)


@contextmanager
def _open(choice: Choice, invalid: list[InvalidLine]) -> Iterator[AsyncGenerator[Reading, None]]:
    if choice.file is not None:
        with _descriptor(choice.file) as descriptor:
            lines = read_lines(descriptor)
            yield line_readings(lines, choice.parser, rate=choice.rate, on_invalid=invalid.append)
    elif choice.fleet is not None:
        yield fleet_readings(_fleet(choice.fleet, choice.seed), choice.rate or choice.fleet)
    else:
        yield machine_readings(Machine(choice.device), choice.rate or 1.0)


@contextmanager
def _descriptor(file: str) -> Iterator[int]:
    if file == STDIN:
        yield sys.stdin.fileno()
        return
    try:
        opened = Path(file).open("rb")  # noqa: SIM115 - closed below; only its opening may fail with these words
    except OSError as error:
        raise SourceError(f"cannot read {file}: {error.strerror}") from None
    with opened:
        yield opened.fileno()


def _fleet(size: int, seed: int) -> Fleet:
    try:
        return Fleet(size, seed)
    except ValueError as error:
        raise SourceError(str(error)) from None


async def _show(books: Books, bounds: Bounds, console: Console) -> None:
    """Show how far it is, for ever; nothing where nobody looks."""
    columns = (TextColumn("{task.fields[said]}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
        task = progress.add_task("sending", total=bounds.count, said="")
        while True:
            waiting = books.offered - books.answered
            said = f"acknowledged {books.acknowledged.total():,}, waiting {waiting:,}, again {books.retried:,}"
            progress.update(task, completed=books.answered, said=said)
            await asyncio.sleep(_LOOK)
