"""Dead letters as the reader's port knows them, their ids, and the reading inside.

Whether a letter was replayed is nowhere written down: it was if its reading is stored now. So nothing has to be kept in
step with the store, and the stream's ledger stays as it is: what died once is counted as dead.
"""

import re
from typing import Any, Final, cast
from uuid import UUID

import msgspec

from telemetry_contract.identity import Identified, identify
from telemetry_contract.records import Undecodable, UnknownVersion, decode_slice

WHOLE_RECORD: Final = -1  # the item of a record that cannot be taken apart

_ID: Final = re.compile(r"([0-9a-f]{32})\.([0-9]{1,10})\.([0-9]{1,19})(?:\.([0-9]{1,10}))?", re.ASCII)
_MAX_INTEGER: Final = 2**31 - 1
_MAX_BIGINT: Final = 2**63 - 1


class LetterPlace(msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True, order=True):
    """Where in the stream a letter came from; `item` is the reading's place in its record."""

    topic: UUID
    partition: int
    offset: int
    item: int = WHOLE_RECORD

    @property
    def id(self) -> str:
        parts = (self.topic.hex, self.partition, self.offset, *(() if self.item == WHOLE_RECORD else (self.item,)))
        return ".".join(map(str, parts))


class KeptLetter(msgspec.Struct, frozen=True):
    """A letter as it is kept: `buried_at` in microseconds, `payload` the record's key and value as a msgpack array."""

    place: LetterPlace
    buried_at: int
    reason: str
    payload: bytes


class LetterQuery(msgspec.Struct, frozen=True):
    """Which letters, newest first: those whose reason has this text in it (any case), behind a time and place."""

    limit: int
    reason: str | None = None
    after: tuple[int, LetterPlace] | None = None


def parse_letter_id(text: str) -> LetterPlace | None:
    """Return the place that an id names, `None` where it is no id of ours."""
    found = _ID.fullmatch(text)
    if found is None:
        return None
    topic, partition, offset, item = found.groups()
    place = LetterPlace(UUID(topic), int(partition), int(offset), WHOLE_RECORD if item is None else int(item))
    in_range = place.partition <= _MAX_INTEGER >= place.item and place.offset <= _MAX_BIGINT
    return place if in_range and place.id == text else None


def unpack_payload(payload: bytes) -> tuple[bytes | None, bytes | None]:
    """Return the key and value of the record that a letter carries."""
    return cast("tuple[bytes | None, bytes | None]", _decode_payload(payload))


def received_of(payload: bytes) -> int | None:
    """Return when the reading of a letter was received (microseconds), `None` where nothing in it can be read."""
    try:
        return decode_slice(*unpack_payload(payload))[0]
    except (msgspec.MsgspecError, Undecodable, UnknownVersion):
        return None


def reading_of(letter: KeptLetter) -> Identified | None:
    """Return the one reading of a letter, `None` where nothing in it can be read."""
    try:
        _, readings = decode_slice(*unpack_payload(letter.payload))
    except (msgspec.MsgspecError, Undecodable, UnknownVersion):
        return None
    return identify(readings[0]) if len(readings) == 1 else None


_decode_payload: Final[Any] = msgspec.msgpack.Decoder(tuple[bytes | None, bytes | None]).decode
