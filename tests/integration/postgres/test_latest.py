from collections.abc import Sequence
from itertools import groupby, pairwise
from typing import Any

import psycopg
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from telemetry_contract.identity import Identified
from tests.integration.postgres.building import SECOND, reading, store, store_in_batches

Connection = psycopg.Connection[Any]

READINGS = st.builds(
    lambda device, at, id, metrics: reading(device, at * SECOND, id=id, **metrics),  # noqa: A006 - the reading's own name
    st.sampled_from(["pump-1", "pump-2"]),
    st.integers(0, 4),
    st.sampled_from([None, "a"]),
    st.dictionaries(st.sampled_from("abc"), st.integers(0, 9) | st.booleans(), min_size=1),
)


def latest_of(connection: Connection) -> dict[tuple[str, str], tuple[object, str]]:
    """Return value and origin's identity per device and metric."""
    found: dict[tuple[str, str], tuple[object, str]] = {}
    for device, identity, metrics, older in connection.execute("SELECT device, identity, metrics, older FROM latest"):
        found |= {(device, name): (value, str(identity)) for name, value in metrics.items()}
        found |= {(device, name): (value, origin) for name, (value, _, origin) in older.items()}
    return found


def expected_latest(rows: Sequence[Identified]) -> dict[tuple[str, str], tuple[object, str]]:
    return {
        (row.reading.device, name): (value, f"{row.identity.hex():8.8}")
        for row in sorted(rows, key=lambda row: (row.reading.time, row.identity))
        for name, value in row.reading.metrics.items()
    }


def shortened(found: dict[tuple[str, str], tuple[object, str]]) -> dict[tuple[str, str], tuple[object, str]]:
    return {key: (value, origin[:8]) for key, (value, origin) in found.items()}


def test_the_newest_reading_replaces_the_older(connection: Connection) -> None:
    store(connection, reading(at=0, t=1))
    store(connection, reading(at=SECOND, t=2))
    assert connection.execute("SELECT metrics, older FROM latest").fetchall() == [({"t": 2}, {})]


def test_a_late_reading_does_not_replace_a_newer_one(connection: Connection) -> None:
    store(connection, reading(at=SECOND, t=2))
    store(connection, reading(at=0, t=1))
    assert connection.execute("SELECT metrics, older FROM latest").fetchall() == [({"t": 2}, {})]


def test_a_metric_keeps_its_own_time(connection: Connection) -> None:
    old, new = reading(at=0, t=1, humidity=50), reading(at=SECOND, t=2)
    store(connection, old)
    store(connection, new)
    assert shortened(latest_of(connection)) == expected_latest([old, new])


def test_of_two_readings_of_one_time_the_greater_identity_wins(connection: Connection) -> None:
    rows = [reading(id=name, t=value) for value, name in enumerate("abcd")]
    for row in rows:
        store(connection, row)
    assert shortened(latest_of(connection)) == expected_latest(rows)


def without_conflicts(rows: list[Identified]) -> list[Identified]:
    """Keep one content of each identity: which of several is stored does depend on the order."""
    return [
        row for row in rows if next(it for it in rows if it.identity == row.identity).content_hash == row.content_hash
    ]


@settings(deadline=None, max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_any_order_and_grouping_gives_the_same_latest_counts_and_digest(
    connection: Connection, data: st.DataObject
) -> None:
    connection.execute("TRUNCATE readings, latest, device_counts")
    rows = without_conflicts(data.draw(st.lists(READINGS, min_size=1, max_size=12)))
    order = data.draw(st.permutations(rows + rows[:3]))
    cuts = [0, *sorted(data.draw(st.sets(st.integers(1, len(order))))), len(order)]
    store_in_batches(connection, [order[start:end] for start, end in pairwise(cuts)])
    unique = {row.identity: row for row in rows}.values()
    assert shortened(latest_of(connection)) == expected_latest(list(unique))
    counts = connection.execute("SELECT device, sum(readings)::int FROM device_counts GROUP BY 1 ORDER BY 1").fetchall()
    devices = sorted(row.reading.device for row in unique)
    assert counts == [(device, len(list(group))) for device, group in groupby(devices)]
    stored = {row[0] for row in connection.cursor(binary=True).execute("SELECT uuid_send(identity) FROM readings")}
    assert stored == {row.identity for row in unique}
