"""The messages between master and workers, as Locust carries them: a name, and one of our structs as JSON.

Not MessagePack, whose integers have no room for the 128 bits of a digest.
"""

from typing import Final as Constant
from typing import TypeVar

import msgspec

from telemetry_loadtest.endings import Ending
from telemetry_loadtest.windows import Accounts

T = TypeVar("T")

READY: Constant = "telemetry-ready"  # worker: its devices have their first readings, and it waits for the start
BEGIN: Constant = "telemetry-begin"  # master: when the first arrival is due
REPORT: Constant = "telemetry-report"  # worker: a second
STOP: Constant = "telemetry-stop"  # master: take up no more
FINAL: Constant = "telemetry-final"  # worker: its books
FAILED: Constant = "telemetry-failed"  # worker: why it cannot go on


class Ready(msgspec.Struct, frozen=True):
    """Who is ready, at what time by its own clock (seconds since the epoch), and what it offers to an empty server."""

    worker: int
    at: float
    ceiling: float | None = None


class Begin(msgspec.Struct, frozen=True):
    """`at` is in seconds since the epoch, the same for all workers."""

    at: float


class Final(msgspec.Struct, frozen=True):
    """A worker's books, and how many connections failed for its own want."""

    worker: int
    accounts: Accounts
    local_errors: int


class Failed(msgspec.Struct, frozen=True):
    """Who cannot go on, and why."""

    worker: int
    reason: str
    ending: Ending = Ending.BROKEN


def pack(message: msgspec.Struct) -> bytes:
    return msgspec.json.encode(message)


def unpack(data: bytes, kind: type[T]) -> T:
    return msgspec.json.decode(data, type=kind)
