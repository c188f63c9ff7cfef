"""Readings as few bytes: a fleet repeats the same names of metrics, so each set of names is written down once.

A packed reading is a msgpack array: the number of its names, the client's id, then the values in the names' order.
Names beyond the first sets stand in full in the number's place, so that clients who make names up cannot fill the
memory with them.
"""

from sys import getsizeof
from typing import Any, Final

import msgspec

from telemetry_contract.readings import Reading, Value

MOST_SHAPES: Final = 1024

Names = tuple[str, ...]

_encode: Final = msgspec.msgpack.Encoder().encode
_decode: Final = msgspec.msgpack.Decoder(list[Any]).decode


class Packer:
    """Packs and unpacks readings, less their device and time."""

    def __init__(self) -> None:
        self._numbers: dict[Names, int] = {}
        self._shapes: list[Names] = []
        self.bytes = 0  # of the names written down

    def pack(self, reading: Reading) -> tuple[Names, bytes]:
        """Return the names of a reading's metrics, the same object for the same names, and the packed rest."""
        names = tuple(reading.metrics)
        number = self._numbers.get(names)
        if number is None:
            if len(self._shapes) == MOST_SHAPES:
                return names, _encode((reading.metrics, reading.id))
            number = self._write_down(names)
        return self._shapes[number], _encode((number, reading.id, *reading.metrics.values()))

    def unpack(self, packed: bytes) -> tuple[dict[str, Value], str | None]:
        """Return metrics and id."""
        shape, identifier, *values = _decode(packed)
        if isinstance(shape, dict):
            return shape, identifier
        return dict(zip(self._shapes[shape], values, strict=True)), identifier

    def _write_down(self, names: Names) -> int:
        number = self._numbers[names] = len(self._shapes)
        self._shapes.append(names)
        self.bytes += getsizeof(names) + sum(map(getsizeof, names))
        return number
