"""The reader's SQL. Every answer has the database's own time first, and one row of nulls where nothing was found.

Readings are ordered by time, device and identity. For named devices each device's index is read from where the page
begins, up to the page's length; for all devices the index on time is. So a page costs what it holds, however long the
history.
"""

from typing import Final

from psycopg import sql

from telemetry.core.ports import Order, ReadingQuery, TimeRange
from telemetry.core.postgres.binary import Moment, texts, uuids
from telemetry_contract.readings import RESERVED_PREFIX

Names = dict[str, object]

_CLOCK: Final = "SELECT statement_timestamp() AS as_of"
_NOT_RESERVED: Final = f"NOT starts_with(device, '{RESERVED_PREFIX}')"

DEVICES: Final = f"""
SELECT as_of, page.* FROM ({_CLOCK}) AS clock LEFT JOIN (
  SELECT device, sum(readings)::bigint, max(newest) FROM device_counts
  WHERE device > %(after)s AND {_NOT_RESERVED}
  GROUP BY device ORDER BY device LIMIT %(limit)s
) AS page ON true ORDER BY device
"""  # noqa: S608 - constants of this module

DEVICE: Final = f"""
SELECT as_of, found.* FROM ({_CLOCK}) AS clock LEFT JOIN (
  SELECT device, sum(readings)::bigint, max(newest) FROM device_counts WHERE device = %(device)s GROUP BY device
) AS found ON true
"""  # noqa: S608 - constants of this module

LATEST: Final = f"""
SELECT as_of, device, time, metrics, older FROM ({_CLOCK}) AS clock
LEFT JOIN latest ON device = ANY (%(devices)b) ORDER BY device
"""  # noqa: S608 - constants of this module

INTEGRITY: Final = f"""
SELECT as_of, (SELECT count(*) FROM dead_letters), topic_id, partition, next_offset, records_read, records_lost,
       readings, stored, duplicate, conflict, dead, expired
FROM ({_CLOCK}) AS clock LEFT JOIN stream_partitions ON true ORDER BY topic_id, partition
"""  # noqa: S608 - constants of this module

STATS: Final = f"""
SELECT statement_timestamp(), coalesce(sum(readings), 0)::bigint, count(DISTINCT device), min(oldest), max(newest), (
  SELECT sum(pg_total_relation_size(relid))::bigint
  FROM unnest(ARRAY['readings', 'latest', 'device_counts', 'stream_partitions', 'dead_letters']::regclass[]) AS ours,
       pg_partition_tree(ours)
)
FROM device_counts WHERE {_NOT_RESERVED}
"""  # noqa: S608 - constants of this module

# An identity is summed in four pieces of 32 bits, whose sums no count of rows makes inexact.
_DIGEST: Final = sql.SQL("""
SELECT statement_timestamp(), count(*),
       sum(substr(bytes, 1, 4)::bigint), sum(substr(bytes, 5, 4)::bigint),
       sum(substr(bytes, 9, 4)::bigint), sum(substr(bytes, 13, 4)::bigint)
FROM readings CROSS JOIN LATERAL uuid_send(identity) AS bytes WHERE {conditions}
""")

_COLUMNS: Final = sql.SQL("time, device, identity, metrics")
_ALL_COLUMNS: Final = sql.SQL("time, device, identity, metrics, content, id")

_OF_ALL: Final = sql.SQL("""
SELECT {columns} FROM readings WHERE {conditions}
ORDER BY time {way}, device {way}, identity {way} LIMIT %(limit)s
""")

_OF_DEVICES: Final = sql.SQL("""
SELECT page.* FROM (SELECT DISTINCT unnest(%(devices)b) AS name) AS wanted CROSS JOIN LATERAL (
  SELECT {columns} FROM readings WHERE device = wanted.name AND {conditions}
  ORDER BY time {way}, identity {way} LIMIT %(limit)s
) AS page ORDER BY time {way}, device {way}, identity {way} LIMIT %(limit)s
""")

_WITH_CLOCK: Final = sql.SQL("""
SELECT as_of, page.* FROM ({clock}) AS clock LEFT JOIN ({page}) AS page ON true
ORDER BY time {way}, device {way}, identity {way}
""")

_ALWAYS: Final = sql.SQL("true")


def build_readings(query: ReadingQuery) -> tuple[sql.Composed, Names]:
    """Return the statement and its values for one page of readings."""
    return _build_page(query, _COLUMNS)


def build_export(query: ReadingQuery) -> tuple[sql.Composed, Names]:
    """As `build_readings`, with the hash of the content and the client's id behind its columns."""
    return _build_page(query, _ALL_COLUMNS)


def _build_page(query: ReadingQuery, columns: sql.SQL) -> tuple[sql.Composed, Names]:
    names: Names = {"limit": query.limit}
    conditions = _within(query.range, names)
    if query.metrics:
        names["metrics"] = texts(query.metrics)
        conditions.append(sql.SQL("jsonb_exists_any(metrics, %(metrics)b)"))
    if query.after:
        names |= {"at": Moment(query.after.time), "after": query.after.device}
        names["identity"] = uuids([query.after.identity])
        conditions.append(_behind(query.order))
    if query.devices:
        names["devices"] = texts(query.devices)
    else:
        conditions.append(sql.SQL(_NOT_RESERVED))
    page = _OF_DEVICES if query.devices else _OF_ALL
    way = sql.SQL(query.order.value)
    body = page.format(columns=columns, conditions=_all_of(conditions), way=way)
    return _WITH_CLOCK.format(clock=sql.SQL(_CLOCK), page=body, way=way), names


def build_digest(devices: tuple[str, ...], within: TimeRange) -> tuple[sql.Composed, Names]:
    """Return the statement and its values for a digest of these devices' readings, of all if there are none."""
    names: Names = {}
    conditions = [sql.SQL(_NOT_RESERVED), *_within(within, names)]
    if devices:
        names["devices"] = texts(devices)
        conditions.append(sql.SQL("device = ANY (%(devices)b)"))
    return _DIGEST.format(conditions=_all_of(conditions)), names


def _within(range_: TimeRange, names: Names) -> list[sql.SQL]:
    conditions = []
    if range_.start is not None:
        names["start"] = Moment(range_.start)
        conditions.append(sql.SQL("time >= %(start)b"))
    if range_.end is not None:
        names["end"] = Moment(range_.end)
        conditions.append(sql.SQL("time < %(end)b"))
    return conditions


def _behind(order: Order) -> sql.SQL:
    # The bound on time alone is implied, and is what leaves out partitions and begins the index's scan.
    if order is Order.ASCENDING:
        return sql.SQL("time >= %(at)b AND (time, device, identity) > (%(at)b, %(after)s, (%(identity)b)[1])")
    return sql.SQL("time <= %(at)b AND (time, device, identity) < (%(at)b, %(after)s, (%(identity)b)[1])")


def _all_of(conditions: list[sql.SQL]) -> sql.Composed:
    return sql.SQL(" AND ").join(conditions or [_ALWAYS])
