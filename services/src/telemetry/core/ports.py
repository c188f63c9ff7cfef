"""What the services need of the outside, as the services see it.

An architecture is a choice of adapters for these ports: a Writer commits readings itself, a Publisher hands them to the
stream, a Reader answers questions about what is stored, a Cache remembers answers for a while. Which adapter stands
behind a port is decided once, at start, from settings.
"""

import asyncio
from collections.abc import Sequence
from enum import StrEnum
from typing import Generic, Protocol, TypeVar

import msgspec

from telemetry.core.aggregation import SummedBucket
from telemetry.core.dead_letters import KeptLetter, LetterPlace, LetterQuery
from telemetry.core.outcomes import Outcome
from telemetry_contract.api import DeviceSummary, ErasureStatus, Integrity, Latest, Stats, StoredReading
from telemetry_contract.identity import Digest
from telemetry_contract.readings import Reading

T = TypeVar("T")


class Unavailable(Exception):  # noqa: N818 - a state of the outside, not a fault of ours
    """What a port stands for is away for now; `retry_after` is in seconds."""

    def __init__(self, detail: str, *, retry_after: float = 1.0) -> None:
        super().__init__(detail)
        self.detail = detail
        self.retry_after = retry_after


class Saturated(Unavailable):
    """It is there, and carries as much as it can."""


class NoRoom(Saturated):
    """As many wait for it as may: nothing was done, and a moment later there may be room."""


class CatchingUp(Unavailable):
    """It is there, and reads anew what it should know; the text says how far it is."""


class Oversized(Exception):  # noqa: N818 - a property of the reading, as `Saturated` is of the platform
    """One reading is larger than the stream can carry; sending it again cannot help."""


class RangeTooLarge(Exception):  # noqa: N818 - a property of the question
    """An answer would take reading more than may be read for one; nothing was read. The text says how much it is."""


class Writer(Protocol):
    """Commits readings to the store."""

    async def write(self, readings: Sequence[Reading]) -> list[Outcome]:
        """Commit readings, and return what became of each, in order.

        Raises:
            Unavailable: nothing was committed, or whether it was cannot be known; sending again is safe.
        """
        ...


class Publisher(Protocol):
    """Hands readings to the stream."""

    def publish(self, device: str, readings: list[Reading], received: int) -> asyncio.Future[None]:
        """Publish one device's readings as one record; the future is done when all in-sync replicas have it.

        `received` is in microseconds. The future fails with `Unavailable` where the acknowledgement did not come, with
        `Oversized` where one reading alone is too large. An accepted record may arrive although its future failed.
        """
        ...


class Eraser(Protocol):
    """Takes the order to erase a device: what was accepted of it before, its dead letters, its trace in counts.

    An unknown device is erased all the same. Readings that are accepted later are new.
    """

    status: ErasureStatus
    """What has become of the order when `erase` returns."""

    async def erase(self, device: str, up_to: int) -> None:
        """Erase a device; `up_to` is when the order came, in microseconds.

        Raises:
            Unavailable: whether it was done, or will be, cannot be known; ordering it again is safe.
        """
        ...


class Snapshot(msgspec.Struct, Generic[T], frozen=True):
    """An answer, and the store's own time (microseconds) at which it was true."""

    value: T
    as_of: int


class TimeRange(msgspec.Struct, frozen=True):
    """A half-open range of microseconds, `None` where it has no end."""

    start: int | None = None
    end: int | None = None


class Order(StrEnum):
    """Oldest or newest first."""

    ASCENDING = "asc"
    DESCENDING = "desc"


class Position(msgspec.Struct, frozen=True):
    """Where a page of readings ended: the last reading's time (microseconds), device and identity (16 bytes)."""

    time: int
    device: str
    identity: bytes


class ReadingQuery(msgspec.Struct, frozen=True):
    """Which readings: of these devices (all if empty), with any of these metrics (all if empty), behind a position."""

    limit: int
    devices: tuple[str, ...] = ()
    metrics: tuple[str, ...] = ()
    range: TimeRange = TimeRange()
    order: Order = Order.ASCENDING
    after: Position | None = None


class KeptReading(msgspec.Struct, frozen=True, gc=False):
    """A reading as it is kept, with its identity and the hash of its content, 16 bytes each.

    With a metric filter `reading` has only those metrics, while the hashes are those of the whole.
    """

    reading: Reading
    identity: bytes
    content_hash: bytes

    @property
    def position(self) -> Position:
        return Position(self.reading.time, self.reading.device, self.identity)


class AggregateQuery(msgspec.Struct, frozen=True):
    """Which values: of one device's metrics in the half-open range [start, end), by buckets of `width` microseconds.

    `most_readings` is how many readings the range may hold.
    """

    device: str
    metrics: tuple[str, ...]
    start: int
    end: int
    width: int
    most_readings: int


class Reader(Protocol):
    """Answers questions about what is stored. Devices whose ids begin with `_` are left out of lists and counts.

    Every method raises `Unavailable` where the store is away.
    """

    async def devices(self, *, after: str | None, limit: int) -> Snapshot[list[DeviceSummary]]:
        """Return devices by id, those behind `after`."""
        ...

    async def device(self, device: str) -> Snapshot[DeviceSummary | None]: ...

    async def latest(self, devices: Sequence[str]) -> Snapshot[list[Latest]]:
        """Return the newest values of the devices that are known, by id."""
        ...

    async def readings(self, query: ReadingQuery) -> Snapshot[list[StoredReading]]:
        """Return readings ordered by time, device and identity; with a metric filter, only those metrics in each."""
        ...

    async def export(self, query: ReadingQuery) -> Snapshot[list[KeptReading]]:
        """Return readings as `readings` does, with all that it takes to send them again."""
        ...

    async def aggregate(self, query: AggregateQuery) -> Snapshot[list[SummedBucket]]:
        """Return the buckets that hold values, by metric and time; how they are summed up says `aggregation`.

        Raises:
            RangeTooLarge: the range holds more readings than the query allows.
        """
        ...

    async def digest(self, devices: Sequence[str], within: TimeRange) -> Snapshot[Digest]: ...

    async def integrity(self) -> Snapshot[Integrity]: ...

    async def dead_letters(self, query: LetterQuery) -> Snapshot[list[KeptLetter]]:
        """Return dead letters by when they were buried and then by place, newest first."""
        ...

    async def dead_letter(self, place: LetterPlace) -> Snapshot[KeptLetter | None]: ...

    async def contents(self, readings: Sequence[Position]) -> Snapshot[dict[bytes, bytes]]:
        """Return the content hashes of those of the readings that are stored, by identity."""
        ...

    async def stats(self) -> Snapshot[Stats]: ...


class Cache(Protocol):
    """Remembers bytes for a while, shared by all processes. Every method raises `Unavailable` where it is away."""

    async def get(self, key: str) -> bytes | None: ...

    async def put(self, key: str, value: bytes, *, seconds: float) -> None: ...

    async def lease(self, key: str, *, seconds: float) -> bool:
        """Tell whether the caller is the one that may compute this key's value now."""
        ...

    async def release(self, key: str) -> None: ...
