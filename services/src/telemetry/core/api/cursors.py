"""Cursors of keyset pages: a position, bound to the query that it was made for.

Opaque to clients: base64url of msgpack. The hash of the query's other parameters (all but `limit`) keeps a cursor from
being used with another query, where it would silently skip or repeat. It is no secret and needs no signature: whoever
makes one up can only ask for what any other query could.
"""

from base64 import b64decode, urlsafe_b64encode
from hashlib import blake2b
from typing import Annotated, Final, Generic, TypeVar

import msgspec

from telemetry.core.http.problems import ProblemError
from telemetry.core.ports import Position
from telemetry_contract.api import StoredReading
from telemetry_contract.faults import Fault
from telemetry_contract.problems import ProblemKind, problem
from telemetry_contract.readings import DEVICE_PATTERN
from telemetry_contract.times import MAX_TIME, MIN_TIME, parse_time

HASH_BYTES: Final = 8
MAX_CURSOR: Final = 512  # characters

_Device = Annotated[str, msgspec.Meta(pattern=f"^{DEVICE_PATTERN}$")]


class DevicePlace(msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """Behind which device a page of devices begins."""

    device: _Device


class ReadingPlace(msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """Behind which reading a page of readings begins."""

    time: Annotated[int, msgspec.Meta(ge=MIN_TIME, le=MAX_TIME)]
    device: _Device
    identity: Annotated[bytes, msgspec.Meta(min_length=16, max_length=16)]

    @classmethod
    def of(cls, reading: StoredReading) -> "ReadingPlace":
        return cls(parse_time(reading.time), reading.device, bytes.fromhex(reading.identity))

    @property
    def position(self) -> Position:
        return Position(self.time, self.device, self.identity)


Place = TypeVar("Place", bound=msgspec.Struct)


class CursorFormat(Generic[Place]):
    """How cursors of one kind of place are written and read."""

    def __init__(self, place: type[Place]) -> None:
        self._place = place

    def write(self, query: object, place: Place) -> str:
        """Return the cursor of a place in a query; `query` is whatever tells one query from another."""
        return urlsafe_b64encode(_hash(query) + msgspec.msgpack.encode(place)).rstrip(b"=").decode()

    def read(self, query: object, cursor: str) -> Place:
        """Return the place that a cursor names.

        Raises:
            ProblemError: it is no cursor, or another query's.
        """
        try:
            data = _decode(cursor)
            place = msgspec.msgpack.decode(data[HASH_BYTES:], type=self._place)
        except (msgspec.MsgspecError, ValueError):
            raise _invalid("not a cursor that this API has given out") from None
        if data[:HASH_BYTES] != _hash(query):
            raise _invalid("this cursor is of another query: repeat the parameters that it was given out with")
        return place


DEVICE_CURSORS: Final = CursorFormat(DevicePlace)
READING_CURSORS: Final = CursorFormat(ReadingPlace)


def _decode(cursor: str) -> bytes:
    if len(cursor) > MAX_CURSOR:
        raise ValueError(f"longer than {MAX_CURSOR} characters")
    return b64decode(cursor + "=" * (-len(cursor) % 4), b"-_", validate=True)


def _hash(query: object) -> bytes:
    return blake2b(msgspec.msgpack.encode(query), digest_size=HASH_BYTES, person=b"tp.cursor").digest()


def _invalid(detail: str) -> ProblemError:
    fault = Fault("/query/cursor", ProblemKind.INVALID_CURSOR.code, detail)
    return ProblemError(problem(ProblemKind.INVALID_CURSOR, detail, errors=(fault,)))
