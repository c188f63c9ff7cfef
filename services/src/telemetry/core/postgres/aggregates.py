"""Aggregates over PostgreSQL: how many readings that would take is found out first, then one statement sums them up.

Values stay `numeric`, as `jsonb` keeps them: exact in sums, whatever the doubles. Of each bucket come the values
between which its percentiles lie, and `aggregation` does the rest.
"""

from decimal import Decimal
from typing import Any, Final

from psycopg import AsyncCursor

from telemetry.core.aggregation import HIGH, MEDIAN, Summary, SummedBucket, interpolate, mean_of
from telemetry.core.ports import AggregateQuery, RangeTooLarge, Snapshot
from telemetry.core.postgres.binary import Moment, texts

Row = tuple[Any, ...]

# PostgreSQL gives up before whoever asks does; the bound on readings is what should keep it from coming to this.
LIMITS: Final = "SET LOCAL statement_timeout = '15s'"

# Whole partitions: at least as many as the range holds, without touching the readings.
AT_MOST: Final = """
SELECT coalesce(sum(readings), 0)::bigint FROM device_counts
WHERE device = %(device)s AND oldest < %(end)b AND newest >= %(start)b
"""

PROBE: Final = """
SELECT count(*) FROM (
  SELECT FROM readings WHERE device = %(device)s AND time >= %(start)b AND time < %(end)b LIMIT %(most)s + 1
) AS found
"""

# Materialized, so that what is sorted are values and not whole readings. One sort of a bucket's values serves all that
# depends on their order; places in an array count from 1.
AGGREGATE: Final = f"""
WITH points AS MATERIALIZED (
  SELECT name, time, identity, date_bin(%(width)s * interval '1 microsecond', time, 'epoch') AS bucket,
         CASE jsonb_typeof(metrics -> name)
           WHEN 'number' THEN (metrics -> name)::numeric
           WHEN 'boolean' THEN (metrics -> name)::boolean::integer::numeric
         END AS value
  FROM readings CROSS JOIN unnest(%(metrics)b) AS name
  WHERE device = %(device)s AND time >= %(start)b AND time < %(end)b
), buckets AS (
  SELECT name, bucket, count(*)::integer AS count, (count(*) - 1)::float8 AS most, sum(value) AS total,
         (array_agg(value ORDER BY time DESC, identity DESC))[1] AS last, array_agg(value ORDER BY value) AS ordered
  FROM points WHERE value IS NOT NULL GROUP BY name, bucket
)
SELECT name, bucket, count, total, last, ordered[1], ordered[count],
       ordered[1 + floor({MEDIAN} * most)::integer], ordered[1 + ceil({MEDIAN} * most)::integer],
       ordered[1 + floor({HIGH} * most)::integer], ordered[1 + ceil({HIGH} * most)::integer]
FROM buckets ORDER BY name, bucket
"""  # noqa: S608 - constants of this program

CLOCK: Final = "SELECT statement_timestamp()"


async def ask_aggregate(cursor: AsyncCursor[Row], query: AggregateQuery) -> Snapshot[list[SummedBucket]]:
    """Return the buckets that hold values.

    Raises:
        RangeTooLarge: the range holds more readings than the query allows.
    """
    names: dict[str, object] = {
        "device": query.device,
        "metrics": texts(query.metrics),
        "start": Moment(query.start),
        "end": Moment(query.end),
        "width": query.width,
        "most": query.most_readings,
    }
    async with cursor.connection.transaction():
        await cursor.execute(LIMITS)
        if await _number(cursor, AT_MOST, names) > query.most_readings:
            found = await _number(cursor, PROBE, names)
            if found > query.most_readings:
                raise RangeTooLarge(f"the range holds more than {query.most_readings} readings of this device")
        as_of = await _number(cursor, CLOCK, names)
        await cursor.execute(AGGREGATE, names)
        return Snapshot([_bucket(*row) for row in await cursor.fetchall()], as_of)


async def _number(cursor: AsyncCursor[Row], statement: str, names: dict[str, object]) -> int:
    await cursor.execute(statement, names)
    (row,) = await cursor.fetchall()
    return int(row[0])


def _bucket(metric: str, start: int, count: int, total: Decimal, *values: Decimal) -> SummedBucket:
    last, least, most, *neighbours = map(float, values)
    (low, high, low_tail, high_tail) = neighbours
    summary = Summary(
        count=count,
        min=least,
        max=most,
        mean=mean_of(total, count),
        p50=interpolate(low, high, count, MEDIAN),
        p95=interpolate(low_tail, high_tail, count, HIGH),
        last=last,
    )
    return SummedBucket(metric, start, summary)
