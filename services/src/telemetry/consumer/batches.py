"""What was read from the stream and is not stored yet: spans of records, one a partition, gathered into batches.

Pure: bytes in, readings with their identities out. The loop (`session`) fills a builder, a `sink` stores a batch.
"""

from bisect import bisect_right
from collections.abc import Iterator
from typing import Final
from uuid import UUID

import msgspec

from telemetry_contract.identity import Identified, identify
from telemetry_contract.records import Erase, Undecodable, decode_record

MOST_TRACES: Final = 1000  # remembered of a span; only some of them are recorded
WHOLE_RECORD: Final = -1  # the item of a record that cannot be taken apart
ERASURE_WEIGHT: Final = 100  # readings that the work of erasing a device is reckoned as


class Record(msgspec.Struct, frozen=True, gc=False):
    """A record as Kafka gave it; `timestamp` is the broker's, in microseconds."""

    partition: int
    offset: int
    timestamp: int
    key: bytes | None
    value: bytes | None
    trace: bytes | None = None  # the traceparent of the request that it came with


class Origin(msgspec.Struct, frozen=True, gc=False):
    """Where rows came from: those from index `start` on, up to the next origin's, were in the record at `offset`."""

    start: int
    offset: int
    received: int


class Undecoded(msgspec.Struct, frozen=True):
    """A record that no release wrote."""

    record: Record
    reason: str


class Erased(msgspec.Struct, frozen=True):
    """An order to erase a device, of the record at `offset`: before the row at index `start`, behind all others."""

    start: int
    offset: int
    order: Erase


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
    erased: list[Erased] = []
    traces: set[bytes] = set()

    def add(self, record: Record) -> int:
        """Take a record in and return the work that it brought, in readings; a gap before it is what retention took.

        Raises:
            UnknownVersion: a newer release wrote it; the span is as before.
        """
        count = 1
        try:
            content = decode_record(record.key, record.value)
        except Undecodable as error:
            received = record.timestamp
            self.undecoded.append(Undecoded(record, str(error)))
        else:
            if isinstance(content, Erase):
                received, count = content.ordered, ERASURE_WEIGHT
                self.erased.append(Erased(len(self.rows), record.offset, content))
            else:
                received, readings = content
                count = len(readings)
                self.origins.append(Origin(len(self.rows), record.offset, received))
                self.rows += map(identify, readings)
        if record.trace is not None and len(self.traces) < MOST_TRACES:
            self.traces.add(record.trace)
        self.records += 1
        self.lost += record.offset - self.following
        self.following = record.offset + 1
        self.oldest = min(self.oldest, received)
        return count

    def is_erased(self, key: bytes | None, offset: int) -> bool:
        """Tell whether a later record orders the device of the record at an offset, with this key, to be erased."""
        return any(it.offset > offset and it.order.device.encode() == key for it in self.erased)

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

    @property
    def traces(self) -> Iterator[bytes]:
        """The traceparents of the requests whose readings these are."""
        return (trace for span in self.spans for trace in span.traces)

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
