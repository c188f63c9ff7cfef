"""The newest value of each metric of each device, whatever order readings come in.

One row a device: the newest reading whole (`metrics`), and in `older` those metrics that it lacks, each with the time
and identity of the reading that it is from. Of two values of a metric the one of the greater (time, identity) stays,
which makes merging commutative, associative and idempotent. Most devices send the same metrics every time, so most rows
are replaced whole by one cheap upsert; the others are merged by a second statement.
"""

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any, Final

import msgspec
import psycopg

from telemetry.core.postgres.binary import jsonbs, texts, times, uuids
from telemetry_contract.identity import Identified
from telemetry_contract.readings import Value
from telemetry_contract.times import format_time

# A conflicting row that WHERE leaves alone is locked all the same: the merge that follows finds nobody in between.
UPSERT: Final = """
INSERT INTO latest AS kept (device, time, identity, names, metrics, older)
SELECT * FROM unnest(%(device)b, %(time)b, %(identity)b, %(names)b, %(metrics)b, %(older)b)
ON CONFLICT (device) DO UPDATE
SET time = excluded.time, identity = excluded.identity, metrics = excluded.metrics, older = excluded.older
WHERE kept.names = excluded.names AND kept.older = '{}'
  AND (excluded.time, excluded.identity) > (kept.time, kept.identity)
"""

# `head` is the newer of the two readings; every metric that it has is the newest by that.
MERGE: Final = """
UPDATE latest AS kept
SET (time, identity, names, metrics, older) = (
  SELECT head.time, head.identity, head.names, head.metrics, coalesce((
    SELECT jsonb_object_agg(name, jsonb_build_array(value, time, identity)) FROM (
      SELECT DISTINCT ON (name) name, value, time, identity FROM (
        SELECT key AS name, value, kept.time, kept.identity FROM jsonb_each(kept.metrics)
        UNION ALL SELECT key, value, come.time, come.identity FROM jsonb_each(come.metrics)
        UNION ALL SELECT key, value->0, (value->>1)::timestamptz, (value->>2)::uuid FROM jsonb_each(kept.older)
        UNION ALL SELECT key, value->0, (value->>1)::timestamptz, (value->>2)::uuid FROM jsonb_each(come.older)
      ) AS points
      WHERE NOT jsonb_exists(head.metrics, name)
      ORDER BY name, time DESC, identity DESC
    ) AS newest
  ), '{}')
  FROM (
    SELECT kept.time, kept.identity, kept.names, kept.metrics
    UNION ALL SELECT come.time, come.identity, come.names, come.metrics
    ORDER BY time DESC, identity DESC LIMIT 1
  ) AS head
)
FROM unnest(%(device)b, %(time)b, %(identity)b, %(names)b, %(metrics)b, %(older)b)
  AS come (device, time, identity, names, metrics, older)
WHERE kept.device = come.device
  AND (kept.time, kept.identity) <> (come.time, come.identity)
  AND NOT (kept.names = come.names AND come.older = '{}' AND (kept.time, kept.identity) > (come.time, come.identity))
"""

_encode: Final = msgspec.json.Encoder().encode
_NONE: Final = b"{}"


class Newest(msgspec.Struct, frozen=True, gc=False):
    """The newest of a batch's readings of one device, and the metrics that only older ones have."""

    head: Identified
    older: dict[str, tuple[Value, int, bytes]]  # metric: value, time (microseconds), identity


def newest_by_device(rows: Iterable[Identified]) -> list[Newest]:
    """Reduce readings, sorted by device, time and identity, to one entry a device, in the same order."""
    found: list[Newest] = []
    for row in reversed(list(rows)):
        if not found or found[-1].head.reading.device != row.reading.device:
            found.append(Newest(row, {}))
            continue
        newest = found[-1]
        if row.reading.metrics.keys() <= newest.head.reading.metrics.keys():
            continue
        for name, value in row.reading.metrics.items():
            if name not in newest.head.reading.metrics:
                newest.older.setdefault(name, (value, row.reading.time, row.identity))
    found.reverse()
    return found


def store_latest(connection: psycopg.Connection[Any], rows: Sequence[Identified]) -> None:
    """Bring newly stored readings, sorted by device, time and identity, into `latest`."""
    newest = newest_by_device(rows)
    if not newest:
        return
    columns = _columns(newest)
    if connection.execute(UPSERT, columns).rowcount < len(newest):
        connection.execute(MERGE, columns)


def _columns(newest: list[Newest]) -> dict[str, object]:
    heads = [entry.head for entry in newest]
    return {
        "device": texts([head.reading.device for head in heads]),
        "time": times([head.reading.time for head in heads]),
        "identity": uuids([head.identity for head in heads]),
        "names": texts([_joined(tuple(head.reading.metrics)) for head in heads]),
        "metrics": jsonbs([_encode(head.reading.metrics) for head in heads]),
        "older": jsonbs([_older_document(entry) for entry in newest]),
    }


def _older_document(newest: Newest) -> bytes:
    if not newest.older:
        return _NONE
    points = newest.older.items()
    return _encode({name: (value, format_time(time), identity.hex()) for name, (value, time, identity) in points})


@lru_cache(maxsize=4096)  # a fleet knows few sets of metrics, and each reading repeats one
def _joined(names: tuple[str, ...]) -> str:
    return ",".join(sorted(names))
