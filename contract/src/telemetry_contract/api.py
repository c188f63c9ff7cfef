"""The bodies of the API's answers, as producer and analytics write them and clients read them.

Times are RFC 3339 in UTC with microseconds. A `cursor` is opaque, `None` on the last page.
"""

from enum import StrEnum

import msgspec

from telemetry_contract.problems import Problem
from telemetry_contract.readings import Value


class Status(StrEnum):
    """What became of a reading that was sent."""

    __hash__ = str.__hash__  # an enum's own is written in Python, and each reading is counted by its status

    QUEUED = "queued"
    STORED = "stored"
    DUPLICATE = "duplicate"
    REJECTED = "rejected"
    UNAVAILABLE = "unavailable"


class Accepted(msgspec.Struct, frozen=True):
    """The answer to one reading: durable to what the status names."""

    status: Status


class ItemAnswer(msgspec.Struct, frozen=True, omit_defaults=True):
    """What became of one reading of a batch; `problem` says why where it was not accepted."""

    status: Status
    problem: Problem | None = None


class BatchAnswer(msgspec.Struct, frozen=True):
    """The answer to a list of readings; items stand in the order sent."""

    accepted: int
    rejected: int
    items: list[ItemAnswer]


class BatchProblem(Problem, frozen=True, omit_defaults=True, kw_only=True):
    """The problem of a list of which nothing was accepted: a `BatchAnswer` beside the problem's own members."""

    accepted: int
    rejected: int
    items: list[ItemAnswer]


class DeviceSummary(msgspec.Struct, frozen=True):
    """One device: how many readings are kept, and the time of its newest."""

    device: str
    readings: int
    last_seen: str


class DevicePage(msgspec.Struct, frozen=True):
    devices: list[DeviceSummary]
    cursor: str | None


class LatestValue(msgspec.Struct, frozen=True):
    """The newest value of one metric, and when it was measured."""

    value: Value
    time: str


class Latest(msgspec.Struct, frozen=True):
    """The newest value of each of a device's metrics."""

    device: str
    metrics: dict[str, LatestValue]


class LatestMany(msgspec.Struct, frozen=True):
    devices: list[Latest]


class StoredReading(msgspec.Struct, frozen=True):
    """A reading as it is kept; `identity` is 32 hexadecimal digits."""

    device: str
    time: str
    metrics: dict[str, Value]
    identity: str


class ReadingPage(msgspec.Struct, frozen=True):
    readings: list[StoredReading]
    cursor: str | None


class Bucket(msgspec.Struct, frozen=True):
    """What the values of one metric in one span of time come to; all but `start` and `count` are null where none is.

    Percentiles are continuous: of n values in order, p stands at place p * (n - 1), between two of them by proportion.
    `last` is the value of the newest reading, of equally new ones that of the greatest identity.
    """

    start: str
    count: int
    min: float | None = None
    max: float | None = None
    mean: float | None = None
    p50: float | None = None
    p95: float | None = None
    last: float | None = None


class Aggregate(msgspec.Struct, frozen=True):
    """A device's metrics by buckets of time, oldest first and without gaps; booleans count as 0 and 1, text not at all.

    Buckets begin at whole multiples of their length since the epoch; the first and last hold what `from` and `to` leave
    of them.
    """

    device: str
    bucket_seconds: int
    metrics: dict[str, list[Bucket]]


class ExportedReading(msgspec.Struct, frozen=True, omit_defaults=True):
    """A line of an export. Sent in again as it is, it is a duplicate of itself.

    One with `identity` (32 hexadecimal digits) is an excerpt, which no longer is the reading: it is refused as a line
    to send.
    """

    device: str
    time: str
    metrics: dict[str, Value]
    id: str | None = None
    identity: str | None = None


class ErasureStatus(StrEnum):
    """What became of the order to erase a device."""

    QUEUED = "queued"
    ERASED = "erased"


class Erasure(msgspec.Struct, frozen=True):
    """The answer to the order to erase a device: done, or durable in the stream and done in its turn."""

    device: str
    status: ErasureStatus


class DigestAnswer(msgspec.Struct, frozen=True):
    """How many readings match, and the sum of their identities modulo 2**128 as 32 hexadecimal digits."""

    count: int
    digest: str


class PartitionLedger(msgspec.Struct, frozen=True):
    """One partition of the stream: what was read, and what became of it.

    `offsets_passed = records_read + records_lost`, and `readings = stored + duplicate + conflict + dead + expired`.
    """

    topic_id: str
    partition: int
    offsets_passed: int
    records_read: int
    records_lost: int
    readings: int
    stored: int
    duplicate: int
    conflict: int
    dead: int
    expired: int
    balanced: bool


class Integrity(msgspec.Struct, frozen=True):
    """Whether every reading that came through the stream is accounted for."""

    balanced: bool
    dead_letters: int
    partitions: list[PartitionLedger]


class Stats(msgspec.Struct, frozen=True):
    """The platform's size: readings and devices kept, the oldest and newest time, and bytes of storage.

    `evicted` counts the readings that a store in memory dropped to stay within its bounds of time and size.
    """

    readings: int
    devices: int
    oldest: str | None
    newest: str | None
    storage_bytes: int
    evicted: int = 0
