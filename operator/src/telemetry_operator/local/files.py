"""Files that only their owner may read, and that are never seen half written."""

import fcntl
import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

import msgspec

from telemetry_operator.errors import PlatformError

OWNER_ONLY = 0o600
Kind = TypeVar("Kind")


class UnreadableFileError(PlatformError):
    """A file that only this program writes holds something else."""


def read_private(path: Path, kind: type[Kind]) -> Kind:
    """Return what `write_private` put into a file as JSON.

    Raises:
        UnreadableFileError: it is damaged.
    """
    try:
        return msgspec.json.decode(path.read_bytes(), type=kind)
    except msgspec.DecodeError as error:
        hint = "restore it, or move it away: what it says is then chosen anew by telemetryctl up"
        raise UnreadableFileError(f"{path} is damaged: {error}", hint=hint) from None


def write_private(path: Path, data: bytes) -> None:
    """Replace a file at once with one of mode 0600."""
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


@contextmanager
def exclusive(path: Path, waiting: Callable[[], None] | None = None) -> Iterator[None]:
    """Hold the lock file `path`, waiting for whoever holds it; the system frees it when its holder dies."""
    with path.open("ab") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if waiting is not None:
                waiting()
            fcntl.flock(file, fcntl.LOCK_EX)
        yield
