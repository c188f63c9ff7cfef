"""What the cache holds: when an answer was true by the store's clock, whether there was one, and its bytes."""

from struct import Struct
from typing import Final

from telemetry.core.api.answers import Answer

_head: Final = Struct(">q?")


def encode_entry(answer: Answer) -> bytes:
    return _head.pack(answer.as_of, answer.body is not None) + (answer.body or b"")


def decode_entry(entry: bytes) -> Answer:
    as_of, found = _head.unpack_from(entry)
    return Answer(entry[_head.size :] if found else None, as_of)
