"""What is buried of a reading or record that will never be stored: enough to look at it, and to send it again."""

from typing import Final

import msgspec

from telemetry.consumer.batches import WHOLE_RECORD, Span, Undecoded
from telemetry.core.postgres.ledger import DeadLetter
from telemetry_contract.records import encode_slice

CONFLICT: Final = "conflict: this identity is stored with other content"

_encode: Final = msgspec.msgpack.Encoder().encode


def letter_of_record(undecoded: Undecoded) -> DeadLetter:
    record = undecoded.record
    return DeadLetter(record.offset, WHOLE_RECORD, undecoded.reason, payload_of(record.key, record.value))


def letter_of_reading(span: Span, index: int, reason: str) -> DeadLetter:
    """Return the letter of one row of a span, as the record that would carry it alone."""
    origin = span.origin_of(index)
    reading = span.rows[index].reading
    payload = payload_of(reading.device.encode(), encode_slice(origin.received, [reading]))
    return DeadLetter(origin.offset, index - origin.start, reason, payload)


def payload_of(key: bytes | None, value: bytes | None) -> bytes:
    """Return a record's key and value as one msgpack array."""
    return _encode((key, value))
