"""What was read from the stream and is not stored yet: spans of records, one a partition, gathered into batches.

Pure: bytes in, readings with their identities out. The loop (`session`) fills a builder, a `sink` stores a batch.
"""

from bisect import bisect_right
from typing import Final
from uuid import UUID

import msgspec

from telemetry_contract.identity import Identified, identify
from telemetry_contract.records import Undecodable, decode_slice

WHOLE_RECORD: Final = -1  # the item of a record that cannot be taken apart


class Record(msgspec.Struct, frozen=True, gc=False):
    """A record as Kafka gave it; `timestamp` is the broker's, in microseconds."""

    partition: int
    offset: int
    timestamp: int
    key: bytes | None
    value: bytes | None


class Origin(msgspec.Struct, frozen=True, gc=False):
    """Where rows came from: those from index `start` on, up to the next origin's, were in the record at `offset`."""

    start: int
    offset: int
    received: int


class Undecoded(msgspec.Struct, frozen=True):
    """A record that no release wrote."""

    record: Record
    reason: str


class Span(msgspec.Struct):
    """Consecutive records of one partition: from offset `first`, where the ledger stands, up to `following`."""

    partition: int
    first: int
    following: int
    oldest: int  # when the oldest of its records was received, microseconds
    records: int = 0
    lost: int = 0
    rows: list[Identified] = []
    origins: list[Origin] = []
    undecoded: list[Undecoded] = []

    def add(self, record: Record) -> int:
        """Take a record in and return how many readings it brought; a gap before it is what the topic's retention took.

        Raises:
            UnknownVersion: a newer release wrote it; the span is as before.
        """
        count = 1
        try:
            received, readings = decode_slice(record.key, record.value)
        except Undecodable as error:
            received = record.timestamp
            self.undecoded.append(Undecoded(record, str(error)))
        else:
            count = len(readings)
            self.origins.append(Origin(len(self.rows), record.offset, received))
            self.rows += map(identify, readings)
        self.records += 1
        self.lost += record.offset - self.following
        self.following = record.offset + 1
        self.oldest = min(self.oldest, received)
        return count

    def origin_of(self, index: int) -> Origin:
        """Return the origin of the row at an index."""
        return self.origins[bisect_right(self.origins, index, key=lambda origin: origin.start) - 1]


class Batch(msgspec.Struct, frozen=True):
    """What is stored in one transaction: spans of one topic, by partition."""

    topic: UUID
    spans: tuple[Span, ...]

    @property
    def readings(self) -> int:
        return sum(len(span.rows) for span in self.spans)

    def oldest(self, partition: int) -> int | None:
        """Return when the oldest record of a partition was received, `None` where the batch has none of it."""
        return next((span.oldest for span in self.spans if span.partition == partition), None)


class BatchBuilder:
    """Gathers records until they are worth a transaction."""

    def __init__(self) -> None:
        self._spans: dict[int, Span] = {}
        self.readings = 0
        self.begun = 0.0  # when the first record came, by the caller's clock

    def __bool__(self) -> bool:
        return bool(self._spans)

    def add(self, record: Record, *, expected: int, now: float) -> None:
        """Take a record in; `expected` is the offset that follows what was read of its partition before.

        Raises:
            UnknownVersion: a newer release wrote it; the builder is as before.
        """
        span = self._spans.get(record.partition) or self._new_span(record, expected)
        self.readings += span.add(record)
        if not self._spans:
            self.begun = now
        self._spans[record.partition] = span

    def add_loss(self, partition: int, *, expected: int, until: int, now: float) -> None:
        """Note that the topic's retention took what was from `expected` on, and nothing followed it."""
        if partition not in self._spans:
            self.begun = self.begun if self._spans else now
            self._spans[partition] = Span(partition, expected, until, int(now * 1_000_000), lost=until - expected)

    def oldest(self, partition: int) -> int | None:
        span = self._spans.get(partition)
        return span.oldest if span else None

    def take(self, topic: UUID) -> Batch:
        """Return what was gathered, and begin anew."""
        batch = Batch(topic, tuple(self._spans[partition] for partition in sorted(self._spans)))
        self._spans = {}
        self.readings = 0
        return batch

    @staticmethod
    def _new_span(record: Record, expected: int) -> Span:
        return Span(record.partition, expected, expected, record.timestamp)
