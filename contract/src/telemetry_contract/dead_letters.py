"""What the dead letters' topic carries: one letter a record, its value one byte of version, then msgpack.

A record's key is the letter's origin, so that a replay buries it again in the same place.
"""

from typing import Final
from uuid import UUID

import msgspec

from telemetry_contract.records import VERSION, Undecodable, UnknownVersion

_VERSION_BYTE: Final = bytes([VERSION])


class BuriedLetter(msgspec.Struct, frozen=True):
    """A reading, or a whole record, that will never be stored.

    `item` is the reading's place in the record at `offset`, -1 for the whole record; `payload` is a msgpack array of
    the key and value of the record that would carry it.
    """

    topic: UUID
    partition: int
    offset: int
    item: int
    reason: str
    payload: bytes

    @property
    def key(self) -> bytes:
        """Where it came from."""
        return f"{self.topic}:{self.partition}:{self.offset}:{self.item}".encode()


_encode: Final = msgspec.msgpack.Encoder().encode
_decode: Final = msgspec.msgpack.Decoder(BuriedLetter).decode


def encode_letter(letter: BuriedLetter) -> bytes:
    return _VERSION_BYTE + _encode(letter)


def decode_letter(value: bytes | None) -> BuriedLetter:
    """Return a letter.

    Raises:
        UnknownVersion: a newer release wrote it.
        Undecodable: nothing that this platform writes.
    """
    if not value:
        raise Undecodable("the letter is empty")
    if value[0] != VERSION:
        raise UnknownVersion(f"letter version {value[0]}; this release knows version {VERSION}")
    try:
        return _decode(value[1:])
    except msgspec.MsgspecError as error:
        raise Undecodable(str(error)) from None
