from uuid import UUID

from telemetry.consumer.batches import ERASURE_WEIGHT, Batch, Record, Span
from telemetry.consumer.closing import close_spans
from telemetry.consumer.erasing import judge_in_turn, steps
from telemetry.core.outcomes import Outcome
from telemetry.core.verdicts import Judged
from telemetry_contract.identity import Identified
from telemetry_contract.readings import Reading
from telemetry_contract.records import Erase, encode_erasure, encode_slice
from tests.unit.consumer.building import LATER, RECEIVED, record_of

TOPIC = UUID(int=1)


def order_of(offset: int, device: str = "pump", partition: int = 0) -> Record:
    return Record(partition, offset, LATER, device.encode(), encode_erasure(RECEIVED + offset))


def span_of(*records: Record) -> Span:
    span = Span(records[0].partition, records[0].offset, records[0].offset, LATER)
    for record in records:
        span.add(record)
    return span


def test_an_order_is_a_record_without_readings() -> None:
    span = span_of(record_of(0, 1), order_of(1), record_of(2, 2, 3))
    assert (span.records, len(span.rows), span.following) == (3, 3, 3)
    assert [(it.start, it.offset, it.order) for it in span.erased] == [(1, 1, Erase("pump", RECEIVED + 1))]
    (closed,) = close_spans(Batch(TOPIC, (span,)), [Outcome.STORED] * 3, {})
    assert (closed.counts.records_read, closed.counts.readings, closed.counts.stored) == (3, 3, 3)


def test_many_orders_fill_a_batch() -> None:
    span = Span(0, 0, 0, LATER)
    assert span.add(order_of(0)) == ERASURE_WEIGHT


def test_a_batch_without_orders_is_one_step() -> None:
    batch = Batch(TOPIC, (span_of(record_of(0, 1, 2)), span_of(record_of(0, 3, partition=1))))
    assert list(steps(batch)) == [(3, None)]


def test_what_stands_before_an_order_is_judged_before_it_and_the_rest_behind() -> None:
    first = span_of(record_of(0, 1), order_of(1), order_of(2, "other"), record_of(3, 2))
    second = span_of(record_of(0, 3, 4, partition=1), order_of(1, "third", partition=1))
    batch = Batch(TOPIC, (first, second))
    rows = [row for span in batch.spans for row in span.rows]
    events: list[object] = []

    def judge(some: object) -> Judged:
        assert isinstance(some, list)
        events.append([row.reading.metrics["value"] for row in some if isinstance(row, Identified)])
        return [Outcome.DEAD] * len(some), {index: f"why {index}" for index in range(len(some))}

    outcomes, reasons = judge_in_turn(batch, rows, judge, lambda erased: events.append(erased.order.device))
    assert events == [[1], "pump", [], "other", [2, 3, 4], "third", []]
    assert len(outcomes) == 4
    assert reasons == {0: "why 0", 1: "why 0", 2: "why 1", 3: "why 2"}


def test_letters_of_an_erased_device_are_not_buried_and_those_behind_the_order_are() -> None:
    junk = [Record(0, offset, LATER, b"pump", b"\x01junk") for offset in (0, 3)]
    others = Record(0, 1, LATER, b"other", encode_slice(RECEIVED, [Reading("other", RECEIVED, {"a": 1})]))
    span = span_of(junk[0], others, order_of(2), junk[1])
    (closed,) = close_spans(Batch(TOPIC, (span,)), [Outcome.CONFLICT], {})
    assert sorted(letter.offset for letter in closed.letters) == [1, 3]
    assert (closed.counts.dead, closed.counts.conflict, closed.counts.readings) == (2, 1, 3)
