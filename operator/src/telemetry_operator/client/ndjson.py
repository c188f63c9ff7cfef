"""Readings from lines of JSON (NDJSON), one a line, from a file or a pipe; a wrong line costs only itself."""

import asyncio
import os
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass

from telemetry_contract.faults import Fault, MalformedBody
from telemetry_contract.parsing import Invalid, Item, parse_body
from telemetry_contract.readings import Reading, is_reserved
from telemetry_operator.errors import PlatformError

MAX_LINE = 1 << 20  # bytes
_CHUNK = 1 << 16
_CHUNKS_AHEAD = 16


class ReadFailedError(PlatformError):
    """What readings are read from failed half way."""


@dataclass(frozen=True, slots=True)
class InvalidLine:
    """A line that was not sent: its number (from 1), and everything wrong with it."""

    number: int
    faults: tuple[Fault, ...]


class NdjsonParser:
    """Takes the lines of one file."""

    def __init__(self, device: str | None = None) -> None:
        """Take whose the lines are that name no device."""
        self._device = device

    def __call__(self, line: bytes, number: int) -> Reading | InvalidLine | None:
        """Return the reading of a line, `None` for a blank one."""
        return parse_line(line, number, self._device) if line.strip() else None


def parse_line(line: bytes, number: int, device: str | None = None) -> Reading | InvalidLine:
    """Return the reading of a line; `device` is whose it is where the line does not say."""
    if len(line) > MAX_LINE:
        return InvalidLine(number, (Fault("", "line-too-long", f"a line has at most {MAX_LINE} bytes"),))
    try:
        body = parse_body(line, device=device)
    except MalformedBody as error:
        return InvalidLine(number, (Fault("", "malformed", str(error)),))
    if not body.single:
        return InvalidLine(number, (Fault("", "wrong-type", "a line holds one reading (an object), found a list"),))
    return reading_of(body.items[0], number)


def reading_of(item: Item, number: int) -> Reading | InvalidLine:
    """Return what a line holds, unless nobody may send it: no key is made for the platform's own devices."""
    if isinstance(item, Invalid):
        return InvalidLine(number, item.faults)
    if is_reserved(item.device):
        return InvalidLine(
            number, (Fault("/device", "reserved-device", "ids that begin with _ are the platform's own"),)
        )
    return item


class Lines:
    """Cuts chunks of bytes into lines. Of a line beyond the bound it keeps a little more than the bound, never all."""

    def __init__(self) -> None:
        self._rest = b""

    def cut(self, chunk: bytes) -> Iterator[bytes]:
        *whole, rest = (self._rest + chunk).split(b"\n")
        self._rest = rest[: MAX_LINE + 1]
        yield from whole

    def end(self) -> Iterator[bytes]:
        if self._rest:
            yield self._rest


async def read_lines(descriptor: int) -> AsyncIterator[bytes]:
    """The lines of an open file, as they come.

    A thread reads, since a pipe may be silent for long and a plain file cannot be polled. It is a daemon: a silent pipe
    does not hold up the end of the program.
    """
    loop, room = asyncio.get_running_loop(), threading.Semaphore(_CHUNKS_AHEAD)
    chunks: asyncio.Queue[bytes | OSError] = asyncio.Queue()

    def hand_over(chunk: bytes | OSError) -> None:
        room.acquire()
        loop.call_soon_threadsafe(chunks.put_nowait, chunk)

    threading.Thread(target=_read, args=(descriptor, hand_over), name="lines", daemon=True).start()
    lines = Lines()
    while chunk := await chunks.get():
        room.release()
        if isinstance(chunk, OSError):
            raise ReadFailedError(f"the readings cannot be read to their end: {chunk.strerror}")
        for line in lines.cut(chunk):
            yield line
    for line in lines.end():
        yield line


def _read(descriptor: int, hand_over: Callable[[bytes | OSError], None]) -> None:
    chunk: bytes | OSError = b"-"
    # The loop may end first (Ctrl-C): then nobody waits for what was read.
    with suppress(RuntimeError):
        while chunk and not isinstance(chunk, OSError):
            try:
                chunk = os.read(descriptor, _CHUNK)
            except OSError as error:
                chunk = error
            hand_over(chunk)
