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
BEGIN: Constant = "telemetry-begin"  # master: when the first arrival of a load is due
REPORT: Constant = "telemetry-report"  # worker: a second
STOP: Constant = "telemetry-stop"  # master: take up no more of this load
DRAINED: Constant = "telemetry-drained"  # worker: the load is over, and every answer was waited for
CLOSE: Constant = "telemetry-close"  # master: all have drained
FINAL: Constant = "telemetry-final"  # worker: its books of the load
FAILED: Constant = "telemetry-failed"  # worker: why it cannot go on


class Ready(msgspec.Struct, frozen=True):
    """Who is ready, at what time by its own clock (seconds since the epoch), and what it offers to an empty server."""

    worker: int
    at: float
    ceiling: float | None = None


class Begin(msgspec.Struct, frozen=True):
    """`at` is in seconds since the epoch, the same for all workers; `rate` is that of a trial of a search."""

    at: float
    rate: float | None = None


class Drained(msgspec.Struct, frozen=True):
    """Who has drained."""

    worker: int


class Close(msgspec.Struct, frozen=True):
    """What is left may be handed in; where `settle` is given (seconds since the epoch), once all is readable.

    Each device then gets a reading of that time, behind all others of its load.
    """

    settle: float | None = None


class Final(msgspec.Struct, frozen=True):
    """A worker's books of a load, and how many connections failed for its own want.

    `until` is when it offered no more, on the load's clock. `backlog` says what of it was not readable in time,
    `settled` whether it was in the end.
    """

    worker: int
    accounts: Accounts
    local_errors: int
    until: float
    backlog: str = ""
    settled: bool = True


class Failed(msgspec.Struct, frozen=True):
    """Who cannot go on, and why."""

    worker: int
    reason: str
    ending: Ending = Ending.BROKEN


def pack(message: msgspec.Struct) -> bytes:
    return msgspec.json.encode(message)


def unpack(data: bytes, kind: type[T]) -> T:
    return msgspec.json.decode(data, type=kind)
