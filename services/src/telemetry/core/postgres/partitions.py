"""Making partitions ahead of time, and dropping those past retention, while readings flow.

Every writer runs `keep_partitions`; an advisory lock lets one of them work at a time. A partition is made as a table
of its own and attached, because creating it in place would lock out readers and writers, and it is detached
concurrently for the same reason. There is no default partition: attaching beside one must scan it. What an interruption
leaves behind (a detach half done, a detached table) the next round finishes.
"""

import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any, Final

import psycopg
import structlog
from psycopg import sql

from telemetry.core.postgres.connecting import connect
from telemetry.core.postgres.dead_letters import drop_letters
from telemetry.core.postgres.partition_plan import (
    Bounds,
    Span,
    bounds,
    expired_spans,
    missing_spans,
    partition_width,
    times_ahead,
)
from telemetry_contract.times import format_time

MAKING_LOCK: Final = 0x7E1E_0002  # this platform's advisory locks, see also `schema`
KEEPING_LOCK: Final = 0x7E1E_0003
INTERVAL_SECONDS: Final = 60.0

EXISTING: Final = r"""
SELECT (extract(epoch FROM bound[1]::timestamptz) * 1000000)::bigint,
       (extract(epoch FROM bound[2]::timestamptz) * 1000000)::bigint
FROM pg_inherits JOIN pg_class ON pg_class.oid = inhrelid,
     regexp_match(pg_get_expr(relpartbound, pg_class.oid), 'FROM \(''([^'']+)''\) TO \(''([^'']+)''\)') AS bound
WHERE inhparent = 'readings'::regclass
"""

DETACH_PENDING: Final = """
SELECT relname FROM pg_inherits JOIN pg_class ON pg_class.oid = inhrelid
WHERE inhparent = 'readings'::regclass AND inhdetachpending
"""

DETACHED: Final = """
SELECT part.relname FROM pg_class AS part JOIN pg_class AS whole ON whole.oid = 'readings'::regclass
WHERE part.relnamespace = whole.relnamespace AND part.relkind = 'r' AND NOT part.relispartition
  AND part.relname ~ '^readings_[0-9]{10}$' AND part.relname < %s
ORDER BY part.relname
"""

# Fresh rows count as visible to index-only scans once vacuumed: sooner than the default says.
MAKE: Final = sql.SQL("""
CREATE TABLE {partition} (LIKE readings INCLUDING ALL) WITH (autovacuum_vacuum_insert_scale_factor = 0.05);
ALTER TABLE readings ATTACH PARTITION {partition} FOR VALUES FROM ({start}) TO ({end})
""")
DETACH: Final = sql.SQL("ALTER TABLE readings DETACH PARTITION {partition} CONCURRENTLY")
FINALIZE: Final = sql.SQL("ALTER TABLE readings DETACH PARTITION {partition} FINALIZE")
DROP: Final = sql.SQL("DROP TABLE {partition}")
DROP_COUNTS: Final = "DELETE FROM device_counts WHERE partition = %s"
DROP_LATEST: Final = "DELETE FROM latest WHERE time < %s::timestamptz"

log = structlog.get_logger(__name__)


def ensure_partitions(
    connection: psycopg.Connection[Any], times: Iterable[int], *, within: Bounds, retention: int
) -> list[Span]:
    """Make the partitions that readings of these times lack, and return them. Times out of bounds get none.

    Call it after the failed batch was rolled back: it commits a transaction of its own.
    """
    allowed = [it for it in times if within.verdict(it) is None]
    with connection.transaction():
        connection.execute("SELECT pg_advisory_xact_lock(%s)", [MAKING_LOCK])
        spans = missing_spans(allowed, partition_width(retention), existing_partitions(connection))
        for span in spans:
            connection.execute(
                MAKE.format(
                    partition=sql.Identifier(span.partition),
                    start=sql.Literal(format_time(span.start)),
                    end=sql.Literal(format_time(span.end)),
                )
            )
            log.info("partition-made", partition=span.partition)
    return spans


def existing_partitions(connection: psycopg.Connection[Any]) -> list[Span]:
    return sorted(Span(start, end) for start, end in connection.execute(EXISTING))


def maintain_partitions(connection: psycopg.Connection[Any], *, now: int, retention: int) -> bool:
    """Make what is needed soon and drop what is past retention; `False` if another writer is at it.

    The connection must be in autocommit: a partition cannot be detached concurrently inside a transaction.
    """
    with _keeping(connection) as ours:
        if ours:
            within = bounds(now, retention)
            ahead = times_ahead(now, within.newest, partition_width(retention))
            ensure_partitions(connection, ahead, within=Bounds(within.oldest, max(ahead)), retention=retention)
            _finish_detaching(connection)
            for span in expired_spans(existing_partitions(connection), now, retention):
                connection.execute(DETACH.format(partition=sql.Identifier(span.partition)))
            _drop_detached(connection, now - retention)
        return ours


def keep_partitions(url: str, retention: int, stop: threading.Event) -> None:
    """Maintain partitions until `stop` is set, now and every minute; what fails is tried again in the next round."""
    while True:
        try:
            with connect(url, application="telemetry-partitions", autocommit=True) as connection:
                if maintain_partitions(connection, now=time.time_ns() // 1000, retention=retention):
                    drop_letters(connection, retention=retention)
        except psycopg.Error as error:
            log.warning("partitions-not-maintained", error=str(error))
        if stop.wait(INTERVAL_SECONDS):
            return


@contextmanager
def _keeping(connection: psycopg.Connection[Any]) -> Iterator[bool]:
    row = connection.execute("SELECT pg_try_advisory_lock(%s)", [KEEPING_LOCK]).fetchone()
    ours = bool(row and row[0])
    try:
        yield ours
    finally:
        if ours and not connection.broken:
            connection.execute("SELECT pg_advisory_unlock(%s)", [KEEPING_LOCK])


def _finish_detaching(connection: psycopg.Connection[Any]) -> None:
    for (partition,) in connection.execute(DETACH_PENDING).fetchall():
        connection.execute(FINALIZE.format(partition=sql.Identifier(partition)))


def _drop_detached(connection: psycopg.Connection[Any], cutoff: int) -> None:
    for (partition,) in connection.execute(DETACHED, [Span(cutoff, cutoff).partition]).fetchall():
        with connection.transaction():
            connection.execute(DROP_COUNTS, [partition])
            connection.execute(DROP.format(partition=sql.Identifier(partition)))
            connection.execute(DROP_LATEST, [format_time(cutoff)])
        log.info("partition-dropped", partition=partition)
