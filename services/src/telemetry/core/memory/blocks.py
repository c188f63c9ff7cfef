"""A run of one device's readings in few bytes: ordered by time and identity, packed into three buffers.

Python objects cost more than what they hold: a reading as an object takes half a kilobyte, here about eighty bytes. A
block is small enough that a late reading may be inserted in its middle.
"""

from array import array
from bisect import bisect_left, bisect_right
from struct import Struct
from sys import getsizeof
from typing import Final

from telemetry_contract.identity import IDENTITY_BYTES, MODULUS

MOST_ROWS: Final = 256

Key = tuple[int, bytes]  # time (microseconds), identity

_row: Final = Struct(f"<{IDENTITY_BYTES}s{IDENTITY_BYTES}sII")  # identity, content hash, place and length of the rest
_places: Final = Struct("<II")  # the end of a row
_EMPTY_BYTES: Final = 100  # of the block, its place in a list, and what the allocator adds to each buffer


class Block:
    """Readings in order; `total` is the sum of their identities, `bytes` what the block takes."""

    __slots__ = ("_packed", "_rows", "_wasted", "bytes", "times", "total")

    def __init__(self) -> None:
        self.times = array("q")
        self._rows = bytearray()
        self._packed = bytearray()
        self._wasted = 0  # bytes of it that are of rows dropped
        self.total = 0
        self._measure()

    def __len__(self) -> int:
        return len(self.times)

    @property
    def first(self) -> Key:
        return self.key(0)

    @property
    def last(self) -> Key:
        return self.key(len(self) - 1)

    def key(self, index: int) -> Key:
        return self.times[index], self.identity(index)

    def identity(self, index: int) -> bytes:
        start = index * _row.size
        return bytes(self._rows[start : start + IDENTITY_BYTES])

    def content_hash(self, index: int) -> bytes:
        start = index * _row.size + IDENTITY_BYTES
        return bytes(self._rows[start : start + IDENTITY_BYTES])

    def packed(self, index: int) -> bytes:
        *_, start, length = _row.unpack_from(self._rows, index * _row.size)
        return bytes(self._packed[start : start + length])

    def place(self, key: Key) -> int:
        """Return the index of the first reading that is not before `key`."""
        time, identity = key
        low = bisect_left(self.times, time)
        high = bisect_right(self.times, time, low)
        while low < high:
            middle = (low + high) // 2
            if self.identity(middle) < identity:
                low = middle + 1
            else:
                high = middle
        return low

    def insert(self, index: int, key: Key, content_hash: bytes, packed: bytes) -> None:
        self._put(index, key, content_hash, packed)
        self._measure()

    def part(self, start: int, stop: int) -> "Block":
        """Return a copy of some of the rows, as small as it can be."""
        part = Block()
        for index in range(start, stop):
            part._put(index - start, self.key(index), self.content_hash(index), self.packed(index))
        part.shrink()
        return part

    def drop(self, count: int) -> None:
        """Forget the first rows."""
        for identity, _, _, length in _row.iter_unpack(self._rows[: count * _row.size]):
            self.total -= int.from_bytes(identity)
            self._wasted += length
        self.total %= MODULUS
        del self.times[:count], self._rows[: count * _row.size]
        if 2 * self._wasted > len(self._packed):
            self._repack()
        self.shrink()

    def shrink(self) -> int:
        """Give back what was set aside for more rows, and return by how many bytes the block grew: none or less."""
        before = self.bytes
        self.times = array("q", self.times)
        self._rows, self._packed = bytearray(self._rows), bytearray(self._packed)
        self._measure()
        return self.bytes - before

    def sum_of(self, start: int, stop: int) -> int:
        """Return the sum of the identities of some of the rows."""
        if stop - start == len(self):
            return self.total
        return sum(int.from_bytes(self.identity(index)) for index in range(start, stop)) % MODULUS

    def _repack(self) -> None:
        kept = bytearray()
        for index in range(len(self)):
            packed = self.packed(index)
            _places.pack_into(self._rows, index * _row.size + 2 * IDENTITY_BYTES, len(kept), len(packed))
            kept += packed
        self._packed, self._wasted = kept, 0

    def _put(self, index: int, key: Key, content_hash: bytes, packed: bytes) -> None:
        time, identity = key
        self.times.insert(index, time)
        row = _row.pack(identity, content_hash, len(self._packed), len(packed))
        self._rows[index * _row.size : index * _row.size] = row
        self._packed += packed
        self.total = (self.total + int.from_bytes(identity)) % MODULUS

    def _measure(self) -> None:
        self.bytes = _EMPTY_BYTES + getsizeof(self.times) + getsizeof(self._rows) + getsizeof(self._packed)
