"""The Reader over readings in memory.

Questions are answered by one thread, one after another: they hold the store's lock, and neither the event loop nor
another question should wait for that in a thread of its own.
"""

import asyncio
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from typing import Final, TypeVar

from telemetry.core.aggregation import Sample, SummedBucket, bucket_of, number_of, summarize
from telemetry.core.dead_letters import KeptLetter, LetterPlace, LetterQuery
from telemetry.core.memory.history import History
from telemetry.core.memory.ledger import MemoryLedger
from telemetry.core.memory.selection import histories, select, span_of
from telemetry.core.memory.store import MemoryStore
from telemetry.core.ports import (
    AggregateQuery,
    KeptReading,
    NoRoom,
    Position,
    RangeTooLarge,
    ReadingQuery,
    Snapshot,
    TimeRange,
)
from telemetry_contract.api import DeviceSummary, Integrity, Latest, LatestValue, Stats, StoredReading
from telemetry_contract.identity import Digest
from telemetry_contract.readings import is_reserved
from telemetry_contract.times import format_time

T = TypeVar("T")

MOST_WAITING: Final = 256  # questions


def _always() -> None:
    pass


class MemoryReader:
    """Answers from a store and its ledger; `require` raises `Unavailable` while they cannot be asked."""

    def __init__(self, store: MemoryStore, ledger: MemoryLedger, require: Callable[[], None] = _always) -> None:
        self._store = store
        self._ledger = ledger
        self._require = require
        self._waiting = 0
        self._thread = ThreadPoolExecutor(1, "memory-reader")

    def close(self) -> None:
        self._thread.shutdown(wait=False, cancel_futures=True)

    async def devices(self, *, after: str | None, limit: int) -> Snapshot[list[DeviceSummary]]:
        def answer() -> list[DeviceSummary]:
            known = (_summary(*it) for it in self._store.devices(after or "") if not is_reserved(it[0]))
            return list(islice(known, limit))

        return await self._ask(answer)

    async def device(self, device: str) -> Snapshot[DeviceSummary | None]:
        def answer() -> DeviceSummary | None:
            history = self._store.history(device)
            return _summary(device, history) if history else None

        return await self._ask(answer)

    async def latest(self, devices: Sequence[str]) -> Snapshot[list[Latest]]:
        return await self._ask(lambda: [_latest(*it) for it in histories(self._store, devices)] if devices else [])

    async def readings(self, query: ReadingQuery) -> Snapshot[list[StoredReading]]:
        return await self._ask(lambda: list(map(_stored, select(self._store, query))))

    async def export(self, query: ReadingQuery) -> Snapshot[list[KeptReading]]:
        return await self._ask(lambda: select(self._store, query))

    async def aggregate(self, query: AggregateQuery) -> Snapshot[list[SummedBucket]]:
        return await self._ask(lambda: _aggregate(self._store, query))

    async def digest(self, devices: Sequence[str], within: TimeRange) -> Snapshot[Digest]:
        def answer() -> Digest:
            asked = (history for device, history in histories(self._store, devices) if not is_reserved(device))
            return sum((history.digest(*span_of(within)) for history in asked), Digest())

        return await self._ask(answer)

    async def integrity(self) -> Snapshot[Integrity]:
        return await self._ask(self._ledger.integrity)

    async def dead_letters(self, query: LetterQuery) -> Snapshot[list[KeptLetter]]:
        return await self._ask(lambda: self._ledger.letters.select(query))

    async def dead_letter(self, place: LetterPlace) -> Snapshot[KeptLetter | None]:
        return await self._ask(lambda: self._ledger.letters.find(place))

    async def contents(self, readings: Sequence[Position]) -> Snapshot[dict[bytes, bytes]]:
        return await self._ask(lambda: dict(_contents(self._store, readings)))

    async def stats(self) -> Snapshot[Stats]:
        return await self._ask(lambda: _stats(self._store))

    async def _ask(self, answer: Callable[[], T]) -> Snapshot[T]:
        self._require()
        if self._waiting == MOST_WAITING:
            raise NoRoom(f"{MOST_WAITING} questions wait for the store already")
        self._waiting += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._thread, self._answer, answer)
        finally:
            self._waiting -= 1

    def _answer(self, answer: Callable[[], T]) -> Snapshot[T]:
        with self._store.lock:
            as_of = time.time_ns() // 1000
            return Snapshot(answer(), as_of)


def _summary(device: str, history: History) -> DeviceSummary:
    return DeviceSummary(device, history.count, format_time(history.last_time))


def _latest(device: str, history: History) -> Latest:
    at = format_time(history.last_time)
    metrics = {name: LatestValue(value, at) for name, value in history.head().items()}
    for name, older in (history.newest.older or {}).items():
        metrics[name] = LatestValue(older.value, format_time(older.key[0]))
    return Latest(device, metrics)


def _stored(kept: KeptReading) -> StoredReading:
    reading = kept.reading
    return StoredReading(reading.device, format_time(reading.time), reading.metrics, kept.identity.hex())


def _aggregate(store: MemoryStore, query: AggregateQuery) -> list[SummedBucket]:
    found = select(
        store, ReadingQuery(query.most_readings + 1, (query.device,), range=TimeRange(query.start, query.end))
    )
    if len(found) > query.most_readings:
        raise RangeTooLarge(f"the range holds more than {query.most_readings} readings of this device")
    samples: dict[tuple[str, int], list[Sample]] = defaultdict(list)
    for kept in found:
        for name in set(query.metrics) & kept.reading.metrics.keys():
            value = number_of(kept.reading.metrics[name])
            if value is not None:
                bucket = bucket_of(kept.reading.time, query.width)
                samples[name, bucket].append(Sample(kept.reading.time, kept.identity, value))
    return [SummedBucket(name, bucket, summarize(samples[name, bucket])) for name, bucket in sorted(samples)]


def _contents(store: MemoryStore, readings: Iterable[Position]) -> Iterator[tuple[bytes, bytes]]:
    for one in readings:
        history = store.history(one.device)
        found = history.content_hash((one.time, one.identity)) if history else None
        if found is not None:
            yield one.identity, found


def _stats(store: MemoryStore) -> Stats:
    known = [history for _, history in histories(store, ())]
    oldest = min((history.first_time for history in known), default=None)
    newest = max((history.last_time for history in known), default=None)
    return Stats(
        readings=sum(history.count for history in known),
        devices=len(known),
        oldest=None if oldest is None else format_time(oldest),
        newest=None if newest is None else format_time(newest),
        storage_bytes=store.size,
        evicted=store.evicted,
    )
