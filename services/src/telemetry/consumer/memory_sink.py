"""The sink without a database: readings in memory, dead letters in a topic, acknowledged before anything is kept.

Positions begin where the bound of time does, by the log's own times: what is older would be evicted at once. A batch is
judged, its dead letters are buried, and then all of it is kept: whatever fails before leaves everything as it was.
"""

import time
from collections.abc import Callable, Iterable, Sequence
from typing import Final, Protocol
from uuid import UUID

import structlog

from telemetry.consumer.batches import Batch, Erased
from telemetry.consumer.catching_up import CatchUp
from telemetry.consumer.closing import ClosedSpan, close_spans
from telemetry.consumer.erasing import judge_in_turn, steps
from telemetry.consumer.replay import Log
from telemetry.consumer.sink import StalePositionError
from telemetry.core.dead_letters import LetterPlace
from telemetry.core.memory import metrics
from telemetry.core.memory.ledger import MemoryLedger
from telemetry.core.memory.store import MemoryStore
from telemetry.core.outcomes import Outcome
from telemetry.core.postgres.ledger import Counts, DeadLetter
from telemetry.core.postgres.partition_plan import DAY, Bounds, bounds
from telemetry.core.verdicts import Judged, judge_within
from telemetry_contract.identity import Identified

AHEAD: Final = DAY  # a reading may be of a later time than its record's, at most so much

log = structlog.get_logger(__name__)


class Burials(Protocol):
    """Where dead letters are kept for good; each raises `SinkAwayError` where that cannot be known to be done."""

    def bury(self, topic: UUID, partition: int, letters: Iterable[DeadLetter]) -> None: ...

    def dig_up(self, places: Iterable[LetterPlace]) -> None: ...


class MemorySink:
    """Keeps readings in a store, and positions in its ledger."""

    def __init__(
        self,
        store: MemoryStore,
        ledger: MemoryLedger,
        catch_up: CatchUp,
        *,
        stream: Log,
        dead_letters: Burials,
        retention: int,
        most_bytes: int,
        clock: Callable[[], int] = lambda: time.time_ns() // 1000,
    ) -> None:
        """Take `retention` and `clock` in microseconds."""
        self._store = store
        self._ledger = ledger
        self._catch_up = catch_up
        self._stream = stream
        self._dead_letters = dead_letters
        self._retention = retention
        self._most_bytes = most_bytes
        self._clock = clock

    def positions(self, topic: UUID, partitions: Sequence[int]) -> dict[int, int]:
        unknown = [partition for partition in partitions if not self._ledger.knows(topic, partition)]
        if unknown:
            self._begin(topic, unknown)
        return self._ledger.positions(topic, partitions)

    def apply(self, batch: Batch) -> Counts:
        standing = self._ledger.positions(batch.topic, [span.partition for span in batch.spans])
        if any(standing[span.partition] != span.first for span in batch.spans):
            raise StalePositionError("a partition does not stand where the batch begins")
        rows = [row for span in batch.spans for row in span.rows]
        outcomes, reasons = self._judge(batch, rows)
        closed = list(close_spans(batch, outcomes, reasons))
        for one in closed:
            if one.letters:
                self._dead_letters.bury(batch.topic, one.span.partition, one.letters)
        erased = {order.order.device: end for end, order in steps(batch) if order is not None}
        for device in erased:
            self._dead_letters.dig_up(self._ledger.letters.of(device))
        stored = [
            row
            for index, (row, outcome) in enumerate(zip(rows, outcomes, strict=True))
            if outcome is Outcome.STORED and index >= erased.get(row.reading.device, 0)
        ]
        return self._keep(batch.topic, erased, stored, closed)

    def close(self) -> None:
        """Nothing is to be let go of: what is in memory goes with the process."""

    def _begin(self, topic: UUID, partitions: Sequence[int]) -> None:
        stretches = self._stream.stretches(partitions, self._clock() - self._retention - AHEAD)
        with self._store.lock:
            for partition, (begin, _) in stretches.items():
                self._ledger.open(topic, partition, begin)
        log.info("replay-begun", topic=str(topic), records=sum(end - begin for begin, end in stretches.values()))
        self._catch_up.expect(topic, stretches)

    def _judge(self, batch: Batch, rows: Sequence[Identified]) -> Judged:
        now = bounds(self._clock(), self._retention, margin=0)
        met: dict[bytes, bytes] = {}
        gone: set[str] = set()

        def judge(some: Sequence[Identified]) -> Judged:
            return judge_within(some, within, lambda rest: (self._store.judge(rest, met, gone), {}))

        def erase(erased: Erased) -> None:
            gone.add(erased.order.device)
            for row in rows:
                if row.reading.device == erased.order.device:
                    met.pop(row.identity, None)

        with self._store.lock:
            within = Bounds(max(now.oldest, self._store.floor), now.newest)
            return judge_in_turn(batch, rows, judge, erase)

    def _keep(
        self, topic: UUID, erased: Iterable[str], stored: Sequence[Identified], closed: Sequence[ClosedSpan]
    ) -> Counts:
        total = Counts()
        with self._store.lock:
            for device in erased:
                self._store.erase(device)
                self._ledger.letters.erase(device)
            self._store.add(stored)
            for one in closed:
                self._ledger.advance(topic, one.span.partition, following=one.span.following, counts=one.counts)
                places = (LetterPlace(topic, one.span.partition, it.offset, it.item) for it in one.letters)
                self._ledger.letters.bury(
                    (place, it.reason, it.payload) for place, it in zip(places, one.letters, strict=True)
                )
                total += one.counts
            self._ledger.letters.drop_before(self._clock() - self._retention)
            metrics.count_evicted("size", self._store.shrink(self._most_bytes))
        for one in closed:
            self._catch_up.note(topic, one.span.partition, one.span.following)
        return total
