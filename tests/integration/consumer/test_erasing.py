"""Orders to erase a device in the durable sink: in their turn, whole, once, and whatever the device's size."""

import time
from collections.abc import Iterator
from uuid import UUID

import psycopg
import pytest

from telemetry.consumer.batches import Batch, BatchBuilder, Record
from telemetry.consumer.postgres_sink import PostgresSink
from telemetry.consumer.sink import StalePositionError
from telemetry.core.postgres import erasing
from telemetry.core.prepare import prepare_postgres
from telemetry_contract.identity import identify
from telemetry_contract.readings import Reading
from telemetry_contract.records import encode_erasure, encode_slice
from tests.support.books import Books

DAY = 86_400 * 1_000_000
RETENTION = 7 * DAY
NOW = time.time_ns() // 1000
TOPIC = UUID(int=4)
ERASE = None  # stands for an order among the readings of a batch

TRACES = ["readings", "latest", "device_counts"]


@pytest.fixture
def books(database_url: str) -> Books:
    prepare_postgres(database_url, RETENTION / 1_000_000)
    return Books(database_url)


@pytest.fixture
def sink(books: Books) -> Iterator[PostgresSink]:
    opened = PostgresSink(books.url, RETENTION)
    assert opened.positions(TOPIC, [0]) == {0: 0}
    yield opened
    opened.close()


def reading(at: int, value: float = 1, name: str | None = None, device: str = "pump") -> Reading:
    return Reading(device, NOW + at, {"value": value}, name)


def batch_of(*content: Reading | None, first: int = 0, device: str = "pump") -> Batch:
    """Build a batch of one record a reading, or an order to erase the device."""
    builder = BatchBuilder()
    for offset, it in enumerate(content, first):
        key, value = (device, encode_erasure(NOW)) if it is None else (it.device, encode_slice(NOW, [it]))
        builder.add(Record(0, offset, NOW, key.encode(), value), expected=offset, now=0)
    return builder.take(TOPIC)


def devices_in(books: Books, table: str) -> set[str]:
    return {row[0] for row in books.query(f"SELECT device FROM {table}")}  # noqa: S608 - the test's own words


def test_an_order_leaves_no_trace_and_others_alone(sink: PostgresSink, books: Books) -> None:
    sink.apply(batch_of(reading(0, device="other"), *[reading(at, at) for at in range(3)]))
    counts = sink.apply(batch_of(ERASE, first=4))
    assert (counts.records_read, counts.readings) == (1, 0)
    assert [devices_in(books, table) for table in TRACES] == [{"other"}] * 3
    assert [row.is_balanced for row in books.ledger()] == [True]
    ((device, up_to),) = books.query("SELECT device, (extract(epoch FROM up_to) * 1000000)::bigint FROM erasures")
    assert (device, up_to) == ("pump", NOW)


def test_an_unknown_device_is_erased_all_the_same(sink: PostgresSink, books: Books) -> None:
    sink.apply(batch_of(ERASE))
    assert sink.positions(TOPIC, [0]) == {0: 1}


def test_what_stands_behind_an_order_is_new_life(sink: PostgresSink, books: Books) -> None:
    again = reading(1, name="again")
    counts = sink.apply(batch_of(reading(0), again, ERASE, again, ERASE, again, reading(2), again))
    assert (counts.stored, counts.duplicate, counts.readings, counts.records_read) == (5, 1, 6, 8)
    assert sorted(books.stored()) == sorted(identify(it).identity for it in (again, reading(2)))
    assert books.query("SELECT device, readings FROM device_counts") == [("pump", 2)]


def test_a_latest_value_from_before_an_order_is_gone_behind_it(sink: PostgresSink, books: Books) -> None:
    sink.apply(batch_of(Reading("pump", NOW + 9, {"old": 1}), ERASE, Reading("pump", NOW, {"new": 2})))
    assert books.query("SELECT metrics, older FROM latest") == [({"new": 2}, {})]


def test_dead_letters_go_with_their_device_whenever_they_were_buried(sink: PostgresSink, books: Books) -> None:
    conflict = [reading(0, name="a"), reading(0, 2, name="a")]
    others = [reading(0, name="a", device="other"), reading(0, 2, name="a", device="other")]
    sink.apply(batch_of(*conflict, *others))
    assert len(books.dead_letters()) == 2
    counts = sink.apply(batch_of(*conflict, ERASE, *conflict, first=4))
    assert (counts.conflict, counts.duplicate, counts.stored) == (2, 1, 1)
    assert books.query("SELECT record_offset FROM dead_letters ORDER BY 1") == [(3,), (8,)]


def test_poison_with_the_devices_key_goes_with_it(sink: PostgresSink, books: Books) -> None:
    builder = BatchBuilder()
    for offset, key in enumerate([b"pump", b"", None, b"p" * 300, b"pump-2"]):
        builder.add(Record(0, offset, NOW, key, b"\x01junk"), expected=offset, now=0)
    sink.apply(builder.take(TOPIC))
    sink.apply(batch_of(ERASE, first=5))
    assert books.query("SELECT record_offset FROM dead_letters ORDER BY 1") == [(1,), (2,), (3,), (4,)]


def test_a_device_with_many_readings_goes_in_steps(
    sink: PostgresSink, books: Books, monkeypatch: pytest.MonkeyPatch
) -> None:
    sink.apply(batch_of(*[reading(at // 3 * DAY // 10, at) for at in range(50)], reading(0, device="other")))
    monkeypatch.setattr(erasing, "STEP", 7)
    sink.apply(batch_of(reading(-DAY), ERASE, first=51))
    assert [devices_in(books, table) for table in TRACES] == [{"other"}] * 3


def test_steps_keep_the_counts_and_stop_with_a_few_left(
    sink: PostgresSink, books: Books, monkeypatch: pytest.MonkeyPatch
) -> None:
    sink.apply(batch_of(*[reading(at * DAY // 20, at) for at in range(20)]))
    monkeypatch.setattr(erasing, "STEP", 6)
    with psycopg.connect(books.url, autocommit=True) as connection:
        erasing.thin_out(connection, "pump")
    assert books.query("SELECT sum(readings)::integer FROM device_counts") == [(2,)]
    assert len(books.stored()) == 2


def test_a_zombie_erases_nothing_of_a_new_life(
    sink: PostgresSink, books: Books, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(erasing, "STEP", 2)
    zombie = batch_of(reading(0), ERASE)
    sink.apply(zombie)
    sink.apply(batch_of(*[reading(at) for at in range(9)], first=2))
    with pytest.raises(StalePositionError):
        sink.apply(zombie)
    assert len(books.stored()) == 9


def test_a_replay_of_the_log_into_an_empty_database_ends_the_same(sink: PostgresSink, books: Books) -> None:
    log = [reading(0), reading(1), ERASE, reading(1), reading(2)]
    sink.apply(batch_of(*log))
    before = sorted(books.stored())
    books.execute("TRUNCATE readings, latest, device_counts, stream_partitions, erasures")
    sink.positions(TOPIC, [0])
    for offset, it in enumerate(log):
        sink.apply(batch_of(it, first=offset))
    assert sorted(books.stored()) == before
