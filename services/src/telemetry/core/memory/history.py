"""One device's readings: blocks in order, with their count and newest values."""

from bisect import bisect_right
from collections.abc import Callable, Iterator
from typing import Final

from telemetry.core.memory.blocks import MOST_ROWS, Block, Key
from telemetry.core.memory.newest import Newest
from telemetry.core.memory.packing import Packer
from telemetry_contract.identity import MODULUS, Digest, Identified
from telemetry_contract.readings import Value

EMPTY_BYTES: Final = 450  # of a device without readings: its objects, its name and its places in tables
OLDER_BYTES: Final = 300  # of one metric that the newest reading lacks

BEGINNING: Final[Key] = (-(2**63), b"")
END: Final[Key] = (2**63 - 1, b"")

Place = tuple[int, int]  # block, row in it


class History:
    """Readings of one device; `bytes` is what they take."""

    __slots__ = ("_packer", "blocks", "bytes", "count", "newest")

    def __init__(self, packer: Packer) -> None:
        self._packer = packer
        self.blocks: list[Block] = []
        self.newest = Newest()
        self.count = 0
        self.bytes = EMPTY_BYTES

    @property
    def last(self) -> Key | None:
        return self.blocks[-1].last if self.blocks else None

    @property
    def first_time(self) -> int:
        return self.blocks[0].times[0]

    @property
    def last_time(self) -> int:
        return self.blocks[-1].times[-1]

    def content_hash(self, key: Key) -> bytes | None:
        """Return the content hash of a reading, `None` where it is not here."""
        last = self.last
        if last is None or key > last:
            return None
        number, index = self.place(key)
        block = self.blocks[number]
        return block.content_hash(index) if block.key(index) == key else None

    def add(self, row: Identified) -> None:
        """Take in a reading that is not here yet."""
        key = (row.reading.time, row.identity)
        names, packed = self._packer.pack(row.reading)
        last = self.last
        if last is None or key > last:
            if names is not self.newest.names:
                head = self.head()
                self._note(lambda: self.newest.replace(names, last, head))
            self._append(key, row.content_hash, packed)
        else:
            if names is not self.newest.names:
                self._note(lambda: self.newest.add_late(key, row.reading.metrics))
            self._insert(key, row.content_hash, packed)
        self.count += 1

    def head(self) -> dict[str, Value]:
        """Return the metrics of the newest reading."""
        return self._packer.unpack(self.blocks[-1].packed(-1 + len(self.blocks[-1])))[0] if self.blocks else {}

    def place(self, key: Key) -> Place:
        """Return where the first reading is that is not before `key`; one block behind the last where there is none."""
        number = max(0, bisect_right(self.blocks, key, key=lambda block: block.first) - 1)
        if number == len(self.blocks):
            return number, 0
        index = self.blocks[number].place(key)
        return (number, index) if index < len(self.blocks[number]) else (number + 1, 0)

    def parts(self, low: Key, high: Key) -> Iterator[tuple[Block, int, int]]:
        """Yield the blocks, and the rows in each, from `low` up to but not with `high`."""
        first, last = self.place(low), self.place(high)
        for number in range(first[0], last[0] + 1):
            yield from self._part(number, first, last)

    def parts_descending(self, low: Key, high: Key) -> Iterator[tuple[Block, int, int]]:
        """As `parts`, the last block first."""
        first, last = self.place(low), self.place(high)
        for number in range(last[0], first[0] - 1, -1):
            yield from self._part(number, first, last)

    def _part(self, number: int, first: Place, last: Place) -> Iterator[tuple[Block, int, int]]:
        if number == len(self.blocks):
            return
        block = self.blocks[number]
        start = first[1] if number == first[0] else 0
        stop = last[1] if number == last[0] else len(block)
        if start < stop:
            yield block, start, stop

    def digest(self, low: Key, high: Key) -> Digest:
        count = total = 0
        for block, start, stop in self.parts(low, high):
            count += stop - start
            total += block.sum_of(start, stop)
        return Digest(count, total % MODULUS)

    def drop_before(self, time: int) -> int:
        """Forget the readings before a time, and return how many they were."""
        if not self.blocks or self.first_time >= time:
            return 0
        number, index = self.place((time, b""))
        gone, self.blocks = self.blocks[:number], self.blocks[number:]
        dropped = sum(map(len, gone)) + index
        self.bytes -= sum(block.bytes for block in gone)
        if index:
            self.bytes -= self.blocks[0].bytes
            self.blocks[0].drop(index)
            self.bytes += self.blocks[0].bytes
        self._note(lambda: self.newest.forget_before(time))
        self.count -= dropped
        return dropped

    def _append(self, key: Key, content_hash: bytes, packed: bytes) -> None:
        if not self.blocks or len(self.blocks[-1]) == MOST_ROWS:
            if self.blocks:
                self.bytes += self.blocks[-1].shrink()
            self.blocks.append(Block())
            self.bytes += self.blocks[-1].bytes
        self._put(self.blocks[-1], len(self.blocks[-1]), key, content_hash, packed)

    def _insert(self, key: Key, content_hash: bytes, packed: bytes) -> None:
        number, index = self.place(key)
        block = self.blocks[number]
        if len(block) == MOST_ROWS:
            middle = MOST_ROWS // 2
            self._replace(number, block.part(0, middle), block.part(middle, MOST_ROWS))
            number, index = self.place(key)
            block = self.blocks[number]
        self._put(block, index, key, content_hash, packed)

    def _put(self, block: Block, index: int, key: Key, content_hash: bytes, packed: bytes) -> None:
        before = block.bytes
        block.insert(index, key, content_hash, packed)
        self.bytes += block.bytes - before

    def _replace(self, number: int, *blocks: Block) -> None:
        self.bytes += sum(block.bytes for block in blocks) - self.blocks[number].bytes
        self.blocks[number : number + 1] = blocks

    def _note(self, change: Callable[[], None]) -> None:
        before = len(self.newest.older or ())
        change()
        self.bytes += OLDER_BYTES * (len(self.newest.older or ()) - before)
