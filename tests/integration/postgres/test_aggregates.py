"""What PostgreSQL sums up is what the definitions say, over values that doubles and JSON make hard."""

import asyncio
import math
from collections import defaultdict
from collections.abc import AsyncIterator
from typing import Any

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from telemetry.core.aggregation import Sample, Summary, SummedBucket, bucket_of, number_of, summarize
from telemetry.core.ports import AggregateQuery, RangeTooLarge
from telemetry.core.postgres.partition_plan import DAY
from telemetry.core.postgres.reader import PostgresReader, make_pool
from telemetry_contract.identity import Identified, identify
from telemetry_contract.readings import Reading, Value
from tests.integration.postgres.building import NOW, SECOND, reading, store
from tests.unit.contract.strategies import values

Connection = psycopg.Connection[Any]
HOUR = 3600 * SECOND


@pytest.fixture
async def reader(connection: Connection, migrated_url: str) -> AsyncIterator[PostgresReader]:
    async with make_pool(migrated_url, 2) as pool:
        yield PostgresReader(pool)


def query_of(*metrics: str, start: int = 0, end: int = DAY, width: int = HOUR, most: int = 1000) -> AggregateQuery:
    return AggregateQuery("pump-1", metrics, NOW + start, NOW + end, width, most)


def expected(rows: list[Identified], query: AggregateQuery) -> dict[tuple[str, int], Summary]:
    samples = defaultdict(list)
    for row in rows:
        for metric, value in row.reading.metrics.items():
            number = number_of(value)
            if metric in query.metrics and query.start <= row.reading.time < query.end and number is not None:
                start = bucket_of(row.reading.time, query.width)
                samples[metric, start].append(Sample(row.reading.time, row.identity, number))
    return {key: summarize(found) for key, found in samples.items()}


def close(found: Summary, wanted: Summary) -> bool:
    exact = (found.count, found.min, found.max, found.last) == (wanted.count, wanted.min, wanted.max, wanted.last)
    pairs = ((found.mean, wanted.mean), (found.p50, wanted.p50), (found.p95, wanted.p95))
    return exact and all(math.isclose(got, want, rel_tol=1e-14, abs_tol=1e-300) for got, want in pairs)


points = st.tuples(st.integers(-3, 30), st.dictionaries(st.sampled_from("abc"), values, min_size=1))


@given(points=st.lists(points, max_size=40), width=st.sampled_from([SECOND, 7 * SECOND, DAY]))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_buckets_are_what_the_definitions_say(
    connection: Connection, migrated_url: str, points: list[tuple[int, dict[str, Value]]], width: int
) -> None:
    connection.execute("TRUNCATE readings, latest, device_counts")
    rows = [identify(Reading("pump-1", NOW + at * SECOND, metrics)) for at, metrics in points]
    store(connection, *rows)
    query = query_of("a", "b", start=0, end=25 * SECOND, width=width)

    async def ask() -> list[SummedBucket]:
        async with make_pool(migrated_url, 1) as pool:
            return (await PostgresReader(pool).aggregate(query)).value

    found = asyncio.run(ask())
    stored = {row.identity: row for row in rows}
    wanted = expected(list(stored.values()), query)
    assert [(it.metric, it.start) for it in found] == sorted(wanted)
    for it in found:
        assert close(it.summary, wanted[it.metric, it.start]), (it, wanted[it.metric, it.start])


async def test_sums_that_no_double_holds_are_no_error(connection: Connection, reader: PostgresReader) -> None:
    store(connection, *[reading(at=at, t=value) for at, value in enumerate((1.7e308, 1.7e308, -1.7e308, 5e-324))])
    (bucket,) = (await reader.aggregate(query_of("t"))).value
    assert bucket.summary.mean == pytest.approx(4.25e307)
    (tiny,) = (await reader.aggregate(query_of("t", start=3))).value
    assert (tiny.summary.mean, tiny.summary.p95) == (5e-324, 5e-324)


async def test_more_readings_than_allowed_are_refused(connection: Connection, reader: PostgresReader) -> None:
    store(connection, *[reading(at=at) for at in range(11)], reading("pump-2"))
    assert len((await reader.aggregate(query_of("temperature", most=11))).value) == 1
    with pytest.raises(RangeTooLarge, match="more than 10"):
        await reader.aggregate(query_of("temperature", most=10))


async def test_a_short_range_of_many_readings_is_not_refused_for_the_others(
    connection: Connection, reader: PostgresReader
) -> None:
    store(connection, *[reading(at=at) for at in range(50)])
    (bucket,) = (await reader.aggregate(query_of("temperature", start=20, end=30, most=10))).value
    assert bucket.summary.count == 10


async def test_a_range_that_is_refused_is_never_read(connection: Connection, reader: PostgresReader) -> None:
    store(connection, *[reading(at=at) for at in range(11)])
    connection.execute("UPDATE device_counts SET readings = 0")
    connection.execute("ALTER TABLE readings RENAME COLUMN metrics TO gone")
    with pytest.raises(psycopg.errors.UndefinedColumn):  # what is counted as nothing is read
        await reader.aggregate(query_of("temperature", most=10))
    connection.execute("UPDATE device_counts SET readings = 11")
    with pytest.raises(RangeTooLarge):
        await reader.aggregate(query_of("temperature", most=10))
