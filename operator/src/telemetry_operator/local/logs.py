"""Reading the log files of processes: their last lines, and what comes after."""

import os
import time
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

FOLLOW_SECONDS = 0.2
ERROR_LINES = 12


def tail(path: Path, lines: int) -> list[str]:
    """Return the last lines of a log, none where there is no log yet."""
    try:
        with path.open(encoding="utf-8", errors="replace") as file:
            return [line.rstrip("\n") for line in deque(file, lines)]
    except FileNotFoundError:
        return []


def last_lines(path: Path) -> str:
    """Return what an error message shows of a log."""
    return "\n  ".join(["", *tail(path, ERROR_LINES)]) if path.exists() else "(no log)"


@dataclass(frozen=True, slots=True)
class Source:
    """One process's log; `label` tells it from others that are shown with it."""

    label: str
    path: Path

    def labelled(self, line: str) -> str:
        return f"{self.label}: {line}" if self.label else line


def read_tails(sources: Sequence[Source], lines: int) -> list[str]:
    """Return the last lines of each log."""
    return [source.labelled(line) for source in sources for line in tail(source.path, lines)]


def follow_all(sources: Sequence[Source]) -> Iterator[str]:
    """Yield lines as they are written from now on, through rotation and before a file exists, without end."""
    places = {source: _Place.end_of(source.path) for source in sources}
    while True:
        quiet = True
        for source, place in places.items():
            places[source], lines = place.read_on(source.path)
            yield from map(source.labelled, lines)
            quiet = quiet and not lines
        if quiet:
            time.sleep(FOLLOW_SECONDS)


@dataclass(frozen=True, slots=True)
class _Place:
    """How far a log was read: which file (0 is none), and the offset in it."""

    inode: int
    offset: int

    @classmethod
    def end_of(cls, path: Path) -> Self:
        status = path.stat() if path.exists() else None
        return cls(status.st_ino, status.st_size) if status else cls(0, 0)

    def read_on(self, path: Path) -> tuple[Self, list[str]]:
        """Return whole lines written since, and the place behind them; a rotated file begins anew."""
        try:
            with path.open("rb") as file:
                inode = os.fstat(file.fileno()).st_ino
                offset = self.offset if inode == self.inode else 0
                file.seek(offset)
                text, newline, _ = file.read().rpartition(b"\n")
        except FileNotFoundError:
            return self, []
        lines = text.decode(errors="replace").split("\n") if newline else []
        return type(self)(inode, offset + len(text) + len(newline)), lines
