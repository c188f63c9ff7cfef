import threading
from typing import Any

import psycopg
import pytest

from telemetry.core.outcomes import Outcome
from telemetry.core.postgres.connecting import connect
from telemetry.core.postgres.errors import Fault, UnstorableValueError, classify
from telemetry.core.postgres.store import store_readings
from telemetry_contract.identity import Identified, identify
from telemetry_contract.readings import MAX_SAFE_INTEGER, Reading
from tests.integration.postgres.building import NOW, RETENTION, SECOND, reading, store

Connection = psycopg.Connection[Any]


def rows_of(connection: Connection, table: str) -> list[tuple[Any, ...]]:
    return connection.execute(f"SELECT * FROM {table} ORDER BY 1, 2").fetchall()  # noqa: S608 - the test's own words


def test_a_new_reading_is_stored_whole(connection: Connection) -> None:
    row = reading(temperature=-0.1, count=MAX_SAFE_INTEGER, open=True, state="ä\u2028")
    assert store(connection, row) == [Outcome.STORED]
    query = "SELECT device, uuid_send(identity), uuid_send(content), metrics FROM readings"
    assert connection.execute(query).fetchone() == ("pump-1", row.identity, row.content_hash, row.reading.metrics)


def test_the_same_reading_again_is_a_duplicate(connection: Connection) -> None:
    store(connection, reading())
    assert store(connection, reading()) == [Outcome.DUPLICATE]


def test_the_same_identity_with_other_content_is_a_conflict_and_changes_nothing(connection: Connection) -> None:
    store(connection, reading(id="a", temperature=1))
    assert store(connection, reading(id="a", temperature=2)) == [Outcome.CONFLICT]
    assert connection.execute("SELECT metrics FROM readings").fetchall() == [({"temperature": 1},)]
    assert connection.execute("SELECT metrics FROM latest").fetchall() == [({"temperature": 1},)]


def test_within_a_batch_the_first_of_an_identity_wins(connection: Connection) -> None:
    batch = [reading(id="a", t=1), reading(id="a", t=1), reading(id="a", t=2), reading(id="b", t=3)]
    outcomes = [Outcome.STORED, Outcome.DUPLICATE, Outcome.CONFLICT, Outcome.STORED]
    assert store(connection, *batch) == outcomes


def test_a_batch_is_compared_with_what_is_stored_not_with_its_own_first(connection: Connection) -> None:
    store(connection, reading(id="a", t=1))
    assert store(connection, reading(id="a", t=2), reading(id="a", t=1)) == [Outcome.CONFLICT, Outcome.DUPLICATE]


def test_an_empty_batch_is_no_work(connection: Connection) -> None:
    assert store(connection) == []


def test_counts_are_kept_per_device_partition_and_slot(connection: Connection) -> None:
    store(connection, reading(at=0), reading(at=SECOND), slot=1)
    store(connection, reading(at=0), reading(at=2 * SECOND), slot=2)
    store(connection, reading(at=3 * SECOND), reading(at=86_400 * SECOND), slot=1)
    query = "SELECT partition, slot, readings FROM device_counts ORDER BY 1, 2"
    expected = [("readings_2026031000", 1, 3), ("readings_2026031000", 2, 1), ("readings_2026031100", 1, 1)]
    assert connection.execute(query).fetchall() == expected


def test_what_is_rolled_back_leaves_no_trace(connection: Connection) -> None:
    with connection.transaction(force_rollback=True):
        store_readings(connection, [reading()], 0)
    for table in ("readings", "latest", "device_counts"):
        assert rows_of(connection, table) == []


@pytest.mark.parametrize("text", ["\0", "a\0b"])
def test_nul_in_a_string_is_a_data_error(connection: Connection, text: str) -> None:
    with pytest.raises(psycopg.Error) as caught:
        store(connection, reading(state=text))
    assert classify(caught.value) is Fault.DATA


@pytest.mark.parametrize("number", [float("nan"), float("inf"), float("-inf")])
def test_a_number_that_is_not_finite_is_never_altered(connection: Connection, number: float) -> None:
    row = Identified(Reading("pump-1", NOW, {"state": "null", "t": number}), bytes(16), bytes(16))
    with pytest.raises(UnstorableValueError) as caught:
        store(connection, row)
    assert classify(caught.value) is Fault.DATA


def test_the_word_null_in_a_string_is_only_a_word(connection: Connection) -> None:
    assert store(connection, reading(state="null", t=1.5)) == [Outcome.STORED]


def test_a_time_without_a_partition_is_told_from_bad_data(connection: Connection) -> None:
    with pytest.raises(psycopg.Error) as caught:
        store(connection, reading(at=-RETENTION))
    assert classify(caught.value) is Fault.MISSING_PARTITION


def test_writers_of_the_same_readings_in_opposite_order_do_not_deadlock(
    connection: Connection, migrated_url: str
) -> None:
    rows = [reading(f"pump-{number}", at) for number in range(50) for at in range(10)]
    found: list[Outcome] = []

    def write(batch: list[Identified], slot: int) -> None:
        with connect(migrated_url, application="test", autocommit=True) as own:
            for start in range(0, len(batch), 100):
                found.extend(store(own, *batch[start : start + 100], slot=slot))

    threads = [threading.Thread(target=write, args=(batch, slot)) for slot, batch in enumerate((rows, rows[::-1]))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(found) == [Outcome.DUPLICATE] * 500 + [Outcome.STORED] * 500
    assert connection.execute("SELECT sum(readings) FROM device_counts").fetchone() == (500,)


def test_a_duplicate_of_a_reading_that_another_writer_commits_meanwhile_is_seen(
    connection: Connection, migrated_url: str
) -> None:
    found: list[Outcome] = []
    with connect(migrated_url, application="test") as other:
        store_readings(other, [reading(id="a", t=1)], 1)
        waiting = threading.Thread(target=lambda: found.extend(store(connection, reading(id="a", t=2))))
        waiting.start()
        other.commit()
        waiting.join()
    assert found == [Outcome.CONFLICT]


def test_identities_are_the_contracts_own(connection: Connection) -> None:
    plain = Reading("pump-1", NOW, {"t": 21.0})
    store(connection, identify(plain))
    assert store(connection, identify(Reading("pump-1", NOW, {"t": 21}))) == [Outcome.DUPLICATE]
