"""A history as the writers would have left it, made inside the database: readings in batches by arrival, then the rest.

Each batch holds a few readings of every device, sorted by device and time as a writer sorts them, and goes into the
indexed partitions while they grow. Newest values and counts are then what the readings say.
"""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final, NamedTuple

import psycopg

from telemetry.core.postgres.partition_plan import bounds
from telemetry.core.postgres.partitions import ensure_partitions
from telemetry_contract.times import MICROSECONDS_PER_DAY, MICROSECONDS_PER_SECOND, format_time
from tools.growth.results import History

RETENTION: Final = 30 * MICROSECONDS_PER_DAY  # a platform's, unless it says otherwise
SPAN: Final = 27 * MICROSECONDS_PER_DAY  # of the longest history
BATCH: Final = 10_000
WRITERS: Final = 2

Connection = psycopg.Connection[Any]

READINGS: Final = """
INSERT INTO readings (device, time, identity, content, metrics)
SELECT device, time, md5(device || time)::uuid, md5(metrics::text)::uuid, metrics
FROM (
  SELECT 'bench-' || lpad(number::text, 6, '0') AS device,
         %(begin)s::timestamptz
           + (tick * %(every)s::bigint + number * %(every)s::bigint / %(devices)s) * interval '1 microsecond' AS time,
         jsonb_build_object('temperature', round((20 + 10 * sin(tick + number))::numeric, 2),
                            'humidity', round((50 + 20 * cos(tick))::numeric, 1),
                            'battery', round((1 - tick::numeric / %(ticks)s), 3)) AS metrics
  FROM generate_series(0, %(devices)s - 1) AS number, generate_series(%(first)s, %(last)s - 1) AS tick
) AS made ORDER BY device, time
"""

LATEST: Final = """
INSERT INTO latest (device, time, identity, names, metrics, older)
SELECT device, time, identity, 'battery,humidity,temperature', metrics, '{}' FROM readings
WHERE time >= %(last_tick)s::timestamptz ORDER BY device
"""

COUNTS: Final = """
INSERT INTO device_counts (device, partition, slot, readings, oldest, newest)
SELECT device, relname, 0, count(*), min(time), max(time)
FROM readings JOIN pg_class ON pg_class.oid = readings.tableoid GROUP BY device, relname ORDER BY device, relname
"""

SIZES: Final = """
SELECT count(*), sum(pg_relation_size(relid))::bigint, sum(pg_indexes_size(relid))::bigint,
       pg_total_relation_size('latest') + pg_total_relation_size('device_counts')
FROM pg_partition_tree('readings') WHERE isleaf
"""


class Extent(NamedTuple):
    """How many readings of how many devices, and the microseconds from one of a device's to its next."""

    readings: int
    devices: int
    every: int
    end: int

    @property
    def ticks(self) -> int:
        return self.readings // self.devices

    @property
    def begin(self) -> int:
        return self.end - self.ticks * self.every


def extents(short: int, long: int, devices: int, now: int) -> tuple[Extent, Extent]:
    """Return both histories: equally dense and of the same devices, so that the same question finds equally much."""
    every = SPAN // (long // devices)
    end = now - MICROSECONDS_PER_SECOND
    return Extent(short, devices, every, end), Extent(long, devices, every, end)


def fill(url: str, extent: Extent, told: Callable[[int], None]) -> History:
    """Fill an empty database with a history; `told` is given how many readings stand."""
    begun = time.perf_counter()
    with psycopg.connect(url, autocommit=True) as connection:
        now = time.time_ns() // 1000
        times = range(extent.begin, extent.end + MICROSECONDS_PER_DAY, MICROSECONDS_PER_DAY // 2)
        ensure_partitions(connection, times, within=bounds(now, RETENTION), retention=RETENTION)
        _write(url, extent, told)
        connection.execute(LATEST, {"last_tick": format_time(extent.end - extent.every)})
        connection.execute(COUNTS)
        connection.execute("VACUUM (ANALYZE) readings, latest, device_counts")
        connection.execute("CHECKPOINT")
        return _history(connection, extent, time.perf_counter() - begun)


def _write(url: str, extent: Extent, told: Callable[[int], None]) -> None:
    ticks = max(BATCH // extent.devices, 1)
    spans = [(first, min(first + ticks, extent.ticks)) for first in range(0, extent.ticks, ticks)]
    # Writers take batches alternately, so that times come about in order as they do on a stream.
    shares = [spans[number::WRITERS] for number in range(WRITERS)]
    written = [0] * WRITERS

    def work(number: int) -> None:
        with psycopg.connect(url, autocommit=True) as connection:
            for first, last in shares[number]:
                connection.execute(READINGS, _values(extent, first, last))
                written[number] += (last - first) * extent.devices
                told(sum(written))

    with ThreadPoolExecutor(WRITERS) as pool:
        list(pool.map(work, range(WRITERS)))


def _values(extent: Extent, first: int, last: int) -> dict[str, object]:
    return {
        "begin": format_time(extent.begin),
        "every": extent.every,
        "devices": extent.devices,
        "ticks": extent.ticks,
        "first": first,
        "last": last,
    }


def _history(connection: Connection, extent: Extent, seconds: float) -> History:
    row = connection.execute(SIZES).fetchone()
    partitions, heap, indexes, beside = row or (0, 0, 0, 0)
    return History(
        readings=extent.ticks * extent.devices,
        devices=extent.devices,
        partitions=partitions,
        fill_seconds=round(seconds, 1),
        heap=heap,
        indexes=indexes,
        beside=beside,
    )
