"""A Reader over readings in memory: what the reader routes are tested against without a store."""

import time
from collections import defaultdict
from collections.abc import Iterable, Sequence

import msgspec

from telemetry.core.aggregation import Sample, SummedBucket, bucket_of, number_of, summarize
from telemetry.core.dead_letters import KeptLetter, LetterPlace, LetterQuery
from telemetry.core.memory.letters import MemoryLetters
from telemetry.core.ports import (
    AggregateQuery,
    KeptReading,
    Order,
    Position,
    RangeTooLarge,
    ReadingQuery,
    Snapshot,
    TimeRange,
    Unavailable,
)
from telemetry_contract.api import DeviceSummary, Integrity, Latest, LatestValue, Stats, StoredReading
from telemetry_contract.identity import Digest, Identified, digest_of, identify
from telemetry_contract.readings import Reading, Value, is_reserved
from telemetry_contract.times import format_time


class MemoryReader:
    """Keeps readings; `away` makes every question fail, `asked` lists the questions."""

    def __init__(self, readings: Iterable[Reading] = ()) -> None:
        self.rows = {row.identity: row for row in map(identify, readings)}
        self.away: Unavailable | None = None
        self.asked: list[str] = []
        self.letters = MemoryLetters()

    def add(self, *readings: Reading) -> None:
        self.rows |= {row.identity: row for row in map(identify, readings)}

    def now(self) -> int:
        return time.time_ns() // 1000

    async def devices(self, *, after: str | None, limit: int) -> Snapshot[list[DeviceSummary]]:
        self._ask("devices")
        names = sorted(device for device in self._by_device() if not is_reserved(device) and device > (after or ""))
        return self._snapshot([self._summary(device) for device in names[:limit]])

    async def device(self, device: str) -> Snapshot[DeviceSummary | None]:
        self._ask("device")
        return self._snapshot(self._summary(device) if device in self._by_device() else None)

    async def latest(self, devices: Sequence[str]) -> Snapshot[list[Latest]]:
        self._ask("latest")
        known = self._by_device()
        return self._snapshot([_latest(device, known[device]) for device in sorted(devices) if device in known])

    async def readings(self, query: ReadingQuery) -> Snapshot[list[StoredReading]]:
        self._ask("readings")
        return self._snapshot([_stored(row, query.metrics) for row in self._page(query)])

    async def export(self, query: ReadingQuery) -> Snapshot[list[KeptReading]]:
        self._ask("export")
        return self._snapshot([_kept(row, query.metrics) for row in self._page(query)])

    async def aggregate(self, query: AggregateQuery) -> Snapshot[list[SummedBucket]]:
        self._ask("aggregate")
        within = ReadingQuery(0, (query.device,), range=TimeRange(query.start, query.end))
        rows = [row for row in self.rows.values() if _matches(row, within)]
        if len(rows) > query.most_readings:
            raise RangeTooLarge(f"the range holds more than {query.most_readings} readings of this device")
        samples = defaultdict(list)
        for row in rows:
            for metric in query.metrics:
                value = number_of(row.reading.metrics.get(metric, ""))
                if value is not None:
                    start = bucket_of(row.reading.time, query.width)
                    samples[metric, start].append(Sample(row.reading.time, row.identity, value))
        return self._snapshot([SummedBucket(*key, summarize(found)) for key, found in sorted(samples.items())])

    def _page(self, query: ReadingQuery) -> list[Identified]:
        descending = query.order is Order.DESCENDING
        rows = sorted((row for row in self.rows.values() if _matches(row, query)), key=_place, reverse=descending)
        if query.after is not None:
            after = (query.after.time, query.after.device, query.after.identity)
            rows = [row for row in rows if (_place(row) < after if descending else _place(row) > after)]
        return rows[: query.limit]

    async def digest(self, devices: Sequence[str], within: TimeRange) -> Snapshot[Digest]:
        self._ask("digest")
        query = ReadingQuery(0, tuple(devices), range=within)
        return self._snapshot(digest_of(row.identity for row in self.rows.values() if _matches(row, query)))

    async def integrity(self) -> Snapshot[Integrity]:
        self._ask("integrity")
        return self._snapshot(Integrity(balanced=True, dead_letters=0, partitions=[]))

    async def dead_letters(self, query: LetterQuery) -> Snapshot[list[KeptLetter]]:
        self._ask("dead-letters")
        return self._snapshot(self.letters.select(query))

    async def dead_letter(self, place: LetterPlace) -> Snapshot[KeptLetter | None]:
        self._ask("dead-letter")
        return self._snapshot(self.letters.find(place))

    async def contents(self, readings: Sequence[Position]) -> Snapshot[dict[bytes, bytes]]:
        self._ask("contents")
        asked = {one.identity for one in readings}
        return self._snapshot({row.identity: row.content_hash for row in self.rows.values() if row.identity in asked})

    async def stats(self) -> Snapshot[Stats]:
        self._ask("stats")
        times = [row.reading.time for row in self.rows.values()]
        oldest, newest = (format_time(min(times)), format_time(max(times))) if times else (None, None)
        return self._snapshot(Stats(len(times), len(self._by_device()), oldest, newest, 0))

    def _ask(self, question: str) -> None:
        self.asked.append(question)
        if self.away is not None:
            raise self.away

    def _snapshot(self, value: object) -> Snapshot:  # type: ignore[type-arg] # of whatever the caller answers with
        return Snapshot(value, self.now())

    def _by_device(self) -> dict[str, list[Identified]]:
        found = defaultdict(list)
        for row in sorted(self.rows.values(), key=_place):
            found[row.reading.device].append(row)
        return found

    def _summary(self, device: str) -> DeviceSummary:
        rows = self._by_device()[device]
        return DeviceSummary(device, len(rows), format_time(rows[-1].reading.time))


def _place(row: Identified) -> tuple[int, str, bytes]:
    return row.reading.time, row.reading.device, row.identity


def _matches(row: Identified, query: ReadingQuery) -> bool:
    reading = row.reading
    if (query.devices and reading.device not in query.devices) or (not query.devices and is_reserved(reading.device)):
        return False
    if query.metrics and not set(query.metrics) & reading.metrics.keys():
        return False
    start, end = query.range.start, query.range.end
    return (start is None or reading.time >= start) and (end is None or reading.time < end)


def _stored(row: Identified, metrics: Sequence[str]) -> StoredReading:
    reading = row.reading
    return StoredReading(reading.device, format_time(reading.time), _shown(reading, metrics), row.identity.hex())


def _kept(row: Identified, metrics: Sequence[str]) -> KeptReading:
    reading = msgspec.structs.replace(row.reading, metrics=_shown(row.reading, metrics))
    return KeptReading(reading, row.identity, row.content_hash)


def _shown(reading: Reading, metrics: Sequence[str]) -> dict[str, Value]:
    return {name: value for name, value in reading.metrics.items() if not metrics or name in metrics}


def _latest(device: str, rows: Sequence[Identified]) -> Latest:
    newest: dict[str, LatestValue] = {}
    for row in rows:
        at = format_time(row.reading.time)
        newest |= {name: LatestValue(value, at) for name, value in row.reading.metrics.items()}
    return Latest(device, newest)
