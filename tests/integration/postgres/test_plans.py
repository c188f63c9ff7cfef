"""The planner's choice on a table of many rows and several partitions: nothing that a reader waits for scans it."""

from typing import Any

import psycopg
import pytest
from psycopg import sql

from telemetry.core.ports import Order, Position, ReadingQuery, TimeRange
from telemetry.core.postgres.binary import texts
from telemetry.core.postgres.partition_plan import DAY
from telemetry.core.postgres.queries import DEVICE, DEVICES, LATEST, Names, build_digest, build_readings
from tests.integration.postgres.building import NOW, SECOND

Connection = psycopg.Connection[Any]

FILL = """
INSERT INTO readings (time, identity, content, device, metrics)
SELECT '2026-03-10T00:00:00Z'::timestamptz + n * interval '3 s', gen_random_uuid(), gen_random_uuid(),
       'pump-' || (n %% 200), '{"t": 1}'
FROM generate_series(1, 60000) AS n;
INSERT INTO latest SELECT 'pump-' || n, '2026-03-10', gen_random_uuid(), 't', '{"t": 1}', '{}'
FROM generate_series(1, 20000) AS n;
INSERT INTO device_counts SELECT 'pump-' || n, 'readings_2026031000', 0, 1, '2026-03-10', '2026-03-10'
FROM generate_series(1, 20000) AS n;
"""


@pytest.fixture
def filled(connection: Connection) -> Connection:
    connection.execute(FILL.replace("%%", "%"))
    for table in ("readings", "latest", "device_counts"):
        connection.execute(f"VACUUM ANALYZE {table}")
    return connection


def plan_of(connection: Connection, statement: str | sql.Composed, names: Names) -> str:
    text = sql.SQL(statement) if isinstance(statement, str) else statement
    return "\n".join(line for (line,) in connection.execute(sql.SQL("EXPLAIN ") + text, names))


QUERIES = {
    "device": ReadingQuery(100, devices=("pump-7",)),
    "device and range": ReadingQuery(100, devices=("pump-7",), range=TimeRange(NOW, NOW + DAY)),
    "device, newest first": ReadingQuery(100, devices=("pump-7",), order=Order.DESCENDING),
    "next page": ReadingQuery(100, devices=("pump-7",), after=Position(NOW, "pump-7", bytes(16))),
    "several devices": ReadingQuery(100, devices=("pump-7", "pump-8")),
    "all devices": ReadingQuery(100),
    "all devices, newest first": ReadingQuery(100, order=Order.DESCENDING),
    "all devices, next page": ReadingQuery(100, after=Position(NOW + SECOND, "pump-7", bytes(16))),
}


@pytest.mark.parametrize("name", QUERIES)
def test_a_page_of_readings_comes_from_an_index(filled: Connection, name: str) -> None:
    plan = plan_of(filled, *build_readings(QUERIES[name]))
    assert "Seq Scan" not in plan, plan
    assert "Bitmap" not in plan, plan  # which reads the whole range before the page


def test_a_metric_filter_reads_no_more_than_the_device(filled: Connection) -> None:
    plan = plan_of(filled, *build_readings(ReadingQuery(100, devices=("pump-7",), metrics=("t",))))
    assert "Seq Scan" not in plan, plan


def test_a_range_of_time_leaves_out_other_partitions(filled: Connection) -> None:
    plan = plan_of(filled, *build_readings(ReadingQuery(100, range=TimeRange(NOW, NOW + SECOND))))
    assert "readings_2026031000" in plan
    assert "readings_2026031100" not in plan


@pytest.mark.parametrize(
    ("statement", "names"),
    [
        (LATEST, {"devices": texts(["pump-7"])}),
        (DEVICE, {"device": "pump-7"}),
        (DEVICES, {"after": "pump-7", "limit": 100}),
        build_digest(("pump-7",), TimeRange(NOW)),
    ],
)
def test_latest_devices_and_a_devices_digest_come_from_an_index(
    filled: Connection, statement: str | sql.Composed, names: Names
) -> None:
    plan = plan_of(filled, statement, names)
    assert "Seq Scan" not in plan, plan
