"""The durable sink against PostgreSQL itself."""

import time
from collections.abc import Iterator
from uuid import UUID, uuid4

import pytest

from telemetry.consumer.batches import Batch, BatchBuilder, Record
from telemetry.consumer.postgres_sink import PostgresSink
from telemetry.consumer.sink import SinkAwayError, StalePositionError
from telemetry.core.prepare import prepare_postgres
from telemetry_contract.readings import Reading
from telemetry_contract.records import encode_slice
from tests.support.books import Books

DAY = 86_400 * 1_000_000
RETENTION = 7 * DAY
NOW = time.time_ns() // 1000
TOPIC = UUID(int=4)


@pytest.fixture
def books(database_url: str) -> Books:
    prepare_postgres(database_url, RETENTION / 1_000_000)
    return Books(database_url)


@pytest.fixture
def sink(books: Books) -> Iterator[PostgresSink]:
    opened = PostgresSink(books.url, RETENTION)
    assert opened.positions(TOPIC, [0, 1]) == {0: 0, 1: 0}
    yield opened
    opened.close()


def batch_of(*slices: list[Reading], first: int = 0, topic: UUID = TOPIC, partition: int = 0) -> Batch:
    builder = BatchBuilder()
    for offset, readings in enumerate(slices, first):
        key = readings[0].device.encode()
        record = Record(partition, offset, NOW, key, encode_slice(NOW, readings))
        builder.add(record, expected=offset, now=0)
    return builder.take(topic)


def reading(device: str = "pump", at: int = 0, value: float | str = 1, name: str | None = None) -> Reading:
    return Reading(device, NOW + at, {"value": value}, name)


def test_a_batch_and_its_offsets_are_stored_together(sink: PostgresSink, books: Books) -> None:
    counts = sink.apply(batch_of([reading(), reading(at=1)], [reading(at=2)]))
    assert (counts.stored, counts.records_read) == (3, 2)
    assert sink.positions(TOPIC, [0]) == {0: 2}
    assert len(books.stored()) == 3


def test_a_stale_batch_leaves_nothing_behind(sink: PostgresSink, books: Books) -> None:
    sink.apply(batch_of([reading()]))
    with pytest.raises(StalePositionError):
        sink.apply(batch_of([reading(at=1)]))
    assert (len(books.stored()), sink.positions(TOPIC, [0])) == (1, {0: 1})


def test_a_topic_made_anew_starts_at_zero_and_keeps_the_old_ledger(sink: PostgresSink, books: Books) -> None:
    sink.apply(batch_of([reading()]))
    anew = uuid4()
    assert sink.positions(anew, [0]) == {0: 0}
    sink.apply(batch_of([reading(at=1)], topic=anew))
    assert sorted(row.next_offset for row in books.ledger() if row.partition == 0) == [1, 1]


def test_a_reading_past_retention_is_expired_not_poison(sink: PostgresSink, books: Books) -> None:
    counts = sink.apply(batch_of([reading(at=-RETENTION - DAY), reading()]))
    assert (counts.expired, counts.stored, counts.dead) == (1, 1, 0)
    assert books.dead_letters() == []


def test_a_missing_partition_is_made(sink: PostgresSink, books: Books) -> None:
    counts = sink.apply(batch_of([reading(at=-5 * DAY)]))
    assert counts.stored == 1


def test_a_conflict_is_buried_and_counted_as_what_it_is(sink: PostgresSink, books: Books) -> None:
    counts = sink.apply(batch_of([reading(name="a"), reading(name="a"), reading(name="a", value=2)]))
    assert (counts.stored, counts.duplicate, counts.conflict, counts.dead) == (1, 1, 1, 0)
    ((item, reason, _),) = books.dead_letters()
    assert (item, reason.split(":")[0]) == (2, "conflict")


def test_refused_readings_are_found_wherever_they_stand(sink: PostgresSink, books: Books) -> None:
    books.execute("ALTER TABLE readings ADD CONSTRAINT refused CHECK (metrics->>'value' <> 'bad')")
    values = ["bad", *"abc", "bad", "bad", *"defgh", "bad"]
    counts = sink.apply(batch_of([reading(at=at, value=value) for at, value in enumerate(values)]))
    assert (counts.stored, counts.dead) == (8, 4)
    assert [item for item, _, _ in books.dead_letters()] == [0, 4, 5, 11]


def test_without_its_tables_postgres_is_waited_for_not_blamed_on_the_data(database_url: str) -> None:
    sink = PostgresSink(database_url, RETENTION)
    with pytest.raises(SinkAwayError):
        sink.positions(TOPIC, [0])
    prepare_postgres(database_url, RETENTION / 1_000_000)
    assert sink.positions(TOPIC, [0]) == {0: 0}
    sink.close()


def test_a_lost_connection_is_made_anew(sink: PostgresSink, books: Books) -> None:
    books.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        " WHERE application_name = 'telemetry-consumer' AND datname = current_database()"
    )
    with pytest.raises(SinkAwayError):
        sink.apply(batch_of([reading()]))
    assert sink.apply(batch_of([reading()])).stored == 1
