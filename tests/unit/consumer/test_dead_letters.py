import msgspec

from telemetry.consumer.batches import WHOLE_RECORD, Record, Span, Undecoded
from telemetry.consumer.dead_letters import letter_of_reading, letter_of_record
from telemetry_contract.records import decode_slice
from tests.unit.consumer.building import LATER, RECEIVED, record_of


def test_a_buried_reading_is_the_record_that_carries_it_alone() -> None:
    span = Span(0, 4, 4, LATER)
    span.add(record_of(4, 1))
    span.add(record_of(5, 2, 3))
    letter = letter_of_reading(span, 2, "refused")
    assert (letter.offset, letter.item, letter.reason) == (5, 1, "refused")
    received, readings = decode_slice(*msgspec.msgpack.decode(letter.payload))
    assert (received, readings) == (RECEIVED, [span.rows[2].reading])


def test_a_buried_record_keeps_key_and_value() -> None:
    letter = letter_of_record(Undecoded(Record(0, 9, LATER, None, b"\xff"), "what is this"))
    assert (letter.offset, letter.item, letter.reason) == (9, WHOLE_RECORD, "what is this")
    assert msgspec.msgpack.decode(letter.payload) == [None, b"\xff"]
