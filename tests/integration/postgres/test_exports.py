from collections.abc import AsyncIterator
from typing import Any

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from telemetry.core.outcomes import Outcome
from telemetry.core.ports import KeptReading, ReadingQuery
from telemetry.core.postgres.loading import load_metrics
from telemetry.core.postgres.reader import PostgresReader, make_pool
from telemetry_contract.identity import identify
from telemetry_contract.readings import Reading, Value
from tests.integration.postgres.building import NOW, reading, store
from tests.unit.contract.strategies import ids, metrics

Connection = psycopg.Connection[Any]


@pytest.fixture
async def reader(connection: Connection, migrated_url: str) -> AsyncIterator[PostgresReader]:
    async with make_pool(migrated_url, 2) as pool:
        yield PostgresReader(pool)


async def test_what_is_exported_is_the_reading_with_its_id(connection: Connection, reader: PostgresReader) -> None:
    rows = [reading(at=1, id="r-1", n=1), reading(at=2, n=2), reading(at=3, id="ä\u2028", n=3)]
    store(connection, *rows)
    found = (await reader.export(ReadingQuery(10))).value
    assert found == [KeptReading(row.reading, row.identity, row.content_hash) for row in rows]


@given(points=st.lists(st.tuples(metrics, st.none() | ids), max_size=10))
@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_is_kept_is_its_own_duplicate(
    connection: Connection, migrated_url: str, points: list[tuple[dict[str, Value], str | None]]
) -> None:
    connection.execute("TRUNCATE readings, latest, device_counts")
    store(connection, *[identify(Reading("pump-1", NOW + at, *point)) for at, point in enumerate(points)])
    kept = connection.execute("SELECT (extract(epoch FROM time) * 1000000)::bigint, metrics::text, id FROM readings")
    again = [identify(Reading("pump-1", time, load_metrics(text.encode()), id)) for time, text, id in kept]  # noqa: A001
    assert store(connection, *again) == [Outcome.DUPLICATE] * len(points)


async def test_a_metric_filter_leaves_the_hashes_of_the_whole(connection: Connection, reader: PostgresReader) -> None:
    row = reading(a=1, b=2)
    store(connection, row)
    (found,) = (await reader.export(ReadingQuery(10, metrics=("b",)))).value
    assert (found.reading.metrics, found.identity) == ({"b": 2}, row.identity)


async def test_pages_follow_one_another_by_position(connection: Connection, reader: PostgresReader) -> None:
    store(connection, *[reading(at=at // 2, id=str(at), n=at) for at in range(7)])
    seen: list[KeptReading] = []
    while page := (await reader.export(ReadingQuery(3, after=seen[-1].position if seen else None))).value:
        seen += page
    assert sorted(kept.reading.metrics["n"] for kept in seen) == list(range(7))


async def test_a_reading_of_a_release_that_kept_no_ids_has_none(connection: Connection, reader: PostgresReader) -> None:
    store(connection, reading(id="r-1", n=1))
    connection.execute("UPDATE readings SET id = NULL")
    (found,) = (await reader.export(ReadingQuery(10))).value
    assert found.reading.id is None
