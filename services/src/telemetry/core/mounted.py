"""A small file that may change while the program runs: a keyring, revocations."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Final, Generic, TypeVar

import structlog

log = structlog.get_logger(__name__)

T = TypeVar("T")

LOOK_SECONDS: Final = 2.0  # between two looks at the file's time; a change is in force within 10 s


class UnusableFileError(OSError):
    """A file that a program cannot start without is missing or not what it should be."""


class MountedFile(Generic[T]):
    """The parsed content of a file, read again after it changed; of a broken change the last good one is kept."""

    def __init__(self, path: Path, parse: Callable[[bytes], T], *, look_seconds: float = LOOK_SECONDS) -> None:
        """Read the file.

        Raises:
            UnusableFileError: it is not there, or its content is refused; the text says which file and why.
        """
        self._path = path
        self._parse = parse
        self._look_seconds = look_seconds
        try:
            self._seen = self._stamp()
            self._value = parse(path.read_bytes())
        except (OSError, ValueError) as error:
            reason = error.strerror if isinstance(error, OSError) else error
            raise UnusableFileError(f"{path} cannot be used: {reason}") from error
        self._next_look = time.monotonic() + look_seconds

    @property
    def value(self) -> T:
        if time.monotonic() >= self._next_look:
            self._look()
        return self._value

    def _look(self) -> None:
        self._next_look = time.monotonic() + self._look_seconds
        try:
            stamp = self._stamp()
            if stamp != self._seen:
                self._value = self._parse(self._path.read_bytes())
                self._seen = stamp
                log.info("mounted-file-read", path=str(self._path))
        except (OSError, ValueError) as error:
            log.warning("mounted-file-unusable", path=str(self._path), error=str(error))

    def _stamp(self) -> tuple[int, int, int]:
        status = self._path.stat()
        return status.st_mtime_ns, status.st_size, status.st_ino
