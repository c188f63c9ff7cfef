"""Times, and columns of a batch as arrays, packed by hand in PostgreSQL's binary format.

`unnest` over a few arrays carries thousands of rows in one statement, and packing them here costs the client less
than psycopg's own list dumpers do. The layout of an array: dimensions, a flag for nulls, the element type's oid,
length, lower bound, then each element behind its length in bytes.
"""

from collections.abc import Iterable, Sequence
from struct import Struct
from typing import ClassVar, Final

import psycopg
from psycopg.abc import Buffer
from psycopg.adapt import Dumper
from psycopg.pq import Format

POSTGRES_EPOCH: Final = 946_684_800_000_000  # microseconds between 1970 and 2000, where timestamptz counts from

_header: Final = Struct(">iiIii").pack
_empty_header: Final = Struct(">iiI").pack
_length: Final = Struct(">i").pack
_moment: Final = Struct(">q").pack
_time: Final = Struct(">iq").pack
_jsonb: Final = Struct(">ib").pack
_uuid_length: Final = _length(16)
_NULL: Final = _length(-1)
_JSONB_VERSION: Final = 1


class Binary:
    """A value ready for the wire; each subclass is one type of PostgreSQL."""

    __slots__ = ("data",)

    oid: ClassVar[int]
    data: bytes


class Moment(Binary):
    """One `timestamptz`, from microseconds since the Unix epoch."""

    oid = 1184

    def __init__(self, microseconds: int) -> None:
        self.data = _moment(microseconds - POSTGRES_EPOCH)


class BinaryArray(Binary):
    """An array of one type."""

    element_oid: ClassVar[int]

    def __init__(self, parts: Iterable[bytes], count: int) -> None:
        head = _header(1, 0, self.element_oid, count, 1) if count else _empty_header(0, 0, self.element_oid)
        self.data = b"".join((head, *parts))


class TimeArray(BinaryArray):
    oid, element_oid = 1185, 1184


class UuidArray(BinaryArray):
    oid, element_oid = 2951, 2950


class TextArray(BinaryArray):
    oid, element_oid = 1009, 25


class JsonbArray(BinaryArray):
    oid, element_oid = 3807, 3802


def times(microseconds: Sequence[int]) -> TimeArray:
    """Pack microseconds since the Unix epoch as `timestamptz[]`."""
    return TimeArray([_time(8, value - POSTGRES_EPOCH) for value in microseconds], len(microseconds))


def uuids(values: Sequence[bytes]) -> UuidArray:
    """Pack 16 bytes each as `uuid[]`, the fixed-width type without a length header."""
    return UuidArray([_uuid_length + value for value in values], len(values))


def texts(values: Sequence[str]) -> TextArray:
    encoded = [value.encode() for value in values]
    return TextArray([_length(len(value)) + value for value in encoded], len(values))


def optional_texts(values: Sequence[str | None]) -> TextArray:
    """Pack texts and nulls; where all are null nothing, which `unnest` fills up beside longer arrays."""
    if not any(values):
        return TextArray([], 0)
    encoded = [None if value is None else value.encode() for value in values]
    return TextArray([_NULL if value is None else _length(len(value)) + value for value in encoded], len(values))


def jsonbs(values: Sequence[bytes]) -> JsonbArray:
    """Pack JSON documents in UTF-8 as `jsonb[]`."""
    return JsonbArray([_jsonb(len(value) + 1, _JSONB_VERSION) + value for value in values], len(values))


class _BinaryDumper(Dumper):
    format = Format.BINARY

    def dump(self, obj: Binary) -> Buffer:
        return obj.data


def _register(kind: type[Binary]) -> None:
    dumper = type(f"{kind.__name__}Dumper", (_BinaryDumper,), {"oid": kind.oid})
    psycopg.adapters.register_dumper(kind, dumper)


for _kind in (Moment, TimeArray, UuidArray, TextArray, JsonbArray):
    _register(_kind)
