from uuid import UUID

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from telemetry.consumer.batches import BatchBuilder, Record, Span
from telemetry_contract.identity import identify
from telemetry_contract.readings import Reading
from telemetry_contract.records import UnknownVersion
from tests.unit.consumer.building import LATER, RECEIVED, record_of

TOPIC = UUID(int=1)


def span_from(offset: int) -> Span:
    return Span(0, offset, offset, LATER)


def test_a_span_reaches_from_the_ledgers_offset_to_the_next_unread() -> None:
    span = span_from(7)
    span.add(record_of(7, 1, 2))
    span.add(record_of(8, 3))
    assert (span.first, span.following, span.records, span.lost, len(span.rows)) == (7, 9, 2, 0, 3)


def test_readings_carry_the_identity_of_their_content() -> None:
    span = span_from(0)
    span.add(record_of(0, 5))
    assert span.rows == [identify(Reading("pump", RECEIVED + 5, {"value": 5}))]


def test_a_gap_is_what_retention_took() -> None:
    span = span_from(10)
    span.add(record_of(15, 1))
    span.add(record_of(18, 2))
    assert (span.records, span.lost, span.following) == (2, 7, 19)


def test_an_undecodable_record_is_one_reading_that_keeps_every_byte() -> None:
    span, record = span_from(0), Record(0, 0, LATER, b"pump", b"\x01junk")
    assert span.add(record) == 1
    assert [letter.record for letter in span.undecoded] == [record]
    assert (span.records, span.oldest, span.rows) == (1, LATER, [])


def test_a_newer_version_leaves_the_span_as_it_was() -> None:
    span = span_from(3)
    span.add(record_of(3, 1))
    before = msgspec.structs.asdict(span)
    with pytest.raises(UnknownVersion):
        span.add(Record(0, 4, LATER, b"pump", b"\x09anything"))
    assert msgspec.structs.asdict(span) == before


def test_the_oldest_record_is_told_by_when_the_producer_received_it() -> None:
    span = span_from(0)
    span.add(record_of(0, 1, received=RECEIVED + 9))
    span.add(record_of(1, 2, received=RECEIVED + 4))
    assert span.oldest == RECEIVED + 4


@given(st.lists(st.integers(0, 4), min_size=1, max_size=12))
def test_every_row_finds_the_record_it_came_from(sizes: list[int]) -> None:
    span, origins = span_from(0), []
    for offset, size in enumerate(sizes):
        span.add(record_of(offset, *range(100 * offset, 100 * offset + size)))
        origins += [offset] * size
    assert [span.origin_of(index).offset for index in range(len(span.rows))] == origins


@given(st.lists(st.tuples(st.integers(0, 2), st.integers(0, 3)), max_size=30))
def test_offsets_passed_are_records_read_and_lost(steps: list[tuple[int, int]]) -> None:
    builder, expected = BatchBuilder(), dict.fromkeys(range(3), 0)
    for partition, gap in steps:
        offset = expected[partition] + gap
        builder.add(record_of(offset, offset, partition=partition), expected=expected[partition], now=0)
        expected[partition] = offset + 1
    for span in builder.take(TOPIC).spans:
        assert span.following - span.first == span.records + span.lost
        assert (span.first, span.following) == (0, expected[span.partition])


def test_a_builder_begins_anew_after_it_was_taken_from() -> None:
    builder = BatchBuilder()
    builder.add(record_of(0, 1, 2), expected=0, now=5)
    assert (bool(builder), builder.readings, builder.begun, builder.oldest(0)) == (True, 2, 5, RECEIVED)
    assert builder.take(TOPIC).readings == 2
    assert (bool(builder), builder.readings, builder.oldest(0)) == (False, 0, None)


def test_a_builder_is_as_it_was_when_its_first_record_is_of_a_newer_version() -> None:
    builder = BatchBuilder()
    with pytest.raises(UnknownVersion):
        builder.add(Record(0, 4, LATER, b"pump", b"\x09anything"), expected=4, now=0)
    assert not builder


def test_a_loss_that_nothing_followed_is_a_span_of_its_own() -> None:
    builder = BatchBuilder()
    builder.add_loss(2, expected=10, until=25, now=1)
    (span,) = builder.take(TOPIC).spans
    assert (span.partition, span.first, span.following, span.records, span.lost) == (2, 10, 25, 0, 15)


def test_spans_stand_in_the_order_of_their_partitions() -> None:
    builder = BatchBuilder()
    for partition in (2, 0, 1):
        builder.add(record_of(0, 1, partition=partition), expected=0, now=0)
    batch = builder.take(TOPIC)
    assert [span.partition for span in batch.spans] == [0, 1, 2]
    assert (batch.oldest(1), batch.oldest(7)) == (RECEIVED, None)
