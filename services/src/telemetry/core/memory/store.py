"""All readings in memory: stored once each, by device, and evicted oldest first.

One writer adds; readers may ask from other threads. Whoever calls more than one method and wants one state of the whole
holds `lock` meanwhile. What was evicted does not come back: `floor` is the time before which nothing is kept.
"""

import threading
from bisect import bisect_left, bisect_right, insort
from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Final

from telemetry.core.memory.history import History
from telemetry.core.memory.packing import Packer
from telemetry.core.outcomes import Outcome
from telemetry_contract.identity import Identified

ROOM: Final = 16  # when it is full, one part in so many is made free
SAMPLE_ROWS: Final = 32  # one reading in so many tells where the oldest ones end
ALWAYS: Final = -(2**63)


class MemoryStore:
    """Readings by device."""

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self.packer = Packer()
        self.floor = ALWAYS
        self.readings = 0
        self.evicted = 0
        self._bytes = 0
        self._histories: dict[str, History] = {}
        self._names: list[str] = []

    @property
    def size(self) -> int:
        """Bytes that all readings take, as reckoned from their buffers."""
        return self._bytes + self.packer.bytes

    def history(self, device: str) -> History | None:
        return self._histories.get(device)

    def devices(self, after: str = "") -> Iterator[tuple[str, History]]:
        """Yield devices by id, those behind `after`."""
        for index in range(bisect_right(self._names, after), len(self._names)):
            name = self._names[index]
            yield name, self._histories[name]

    def judge(
        self, rows: Iterable[Identified], met: dict[bytes, bytes] | None = None, erased: Collection[str] = ()
    ) -> list[Outcome]:
        """Return what becomes of readings, in order, if those that are `stored` are added; changes nothing.

        `met` has the content of identities that were judged before, and learns these; of devices that are to be
        `erased` before, nothing is known.
        """
        met = {} if met is None else met
        return [self._judge(row, met, erased) for row in rows]

    def add(self, rows: Sequence[Identified]) -> None:
        """Take in readings that were judged to be stored."""
        with self.lock:
            for row in rows:
                self._add(row)

    def evict_before(self, time: int) -> int:
        """Drop all readings before a time, and return how many they were."""
        with self.lock:
            self.floor = max(self.floor, time)
            dropped = sum(self._drop_before(time, device) for device in list(self._names))
            self.evicted += dropped
            return dropped

    def shrink(self, most_bytes: int) -> int:
        """Drop the oldest readings if they take more than `most_bytes`, and return how many they were."""
        dropped = 0
        with self.lock:
            if self.size > most_bytes:
                wanted = most_bytes - most_bytes // ROOM
                while self.size > wanted and self._names:
                    dropped += self.evict_before(self._oldest(max(1 - wanted / self.size, 1 / (4 * ROOM))))
        return dropped

    def erase(self, device: str) -> int:
        """Drop all of a device, and return how many readings that were."""
        with self.lock:
            return self._forget(device) if device in self._histories else 0

    def _judge(self, row: Identified, met: dict[bytes, bytes], erased: Collection[str]) -> Outcome:
        known = met.get(row.identity)
        if known is None:
            history = None if row.reading.device in erased else self._histories.get(row.reading.device)
            known = history.content_hash((row.reading.time, row.identity)) if history else None
            met[row.identity] = known or row.content_hash
        if known is None:
            return Outcome.STORED
        return Outcome.DUPLICATE if known == row.content_hash else Outcome.CONFLICT

    def _add(self, row: Identified) -> None:
        device = row.reading.device
        history = self._histories.get(device)
        if history is None:
            history = self._histories[device] = History(self.packer)
            self._bytes += history.bytes
            insort(self._names, device)
        before = history.bytes
        history.add(row)
        self._bytes += history.bytes - before
        self.readings += 1

    def _drop_before(self, time: int, device: str) -> int:
        history = self._histories[device]
        if history.last_time < time:
            return self._forget(device)
        before = history.bytes
        dropped = history.drop_before(time)
        self._bytes += history.bytes - before
        self.readings -= dropped
        return dropped

    def _forget(self, device: str) -> int:
        history = self._histories.pop(device)
        del self._names[bisect_left(self._names, device)]
        self._bytes -= history.bytes
        self.readings -= history.count
        return history.count

    def _oldest(self, share: float) -> int:
        """Return a time before which about this share of all readings lies, and at least one."""
        blocks = (block for history in self._histories.values() for block in history.blocks)
        times = sorted(time for block in blocks for time in block.times[::SAMPLE_ROWS])
        return times[int(share * (len(times) - 1))] + 1
