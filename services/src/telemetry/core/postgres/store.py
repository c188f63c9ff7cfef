"""The one way in: readings into their table, with counts and latest values, in a transaction of the caller's.

The stream's consumer calls it beside its offsets and ledger, the direct writer alone. Rows go in sorted by device, time
and identity, and every table is written in that order, so two writers wait for one another instead of deadlocking.

Steps: of each identity in the batch the first stands for all; those are inserted, and what the table has already is
left alone; what was inserted is counted and brought into `latest`; what was not is compared with what the table has.
"""

import math
from collections.abc import Collection, Sequence
from typing import Any, Final

import msgspec
import psycopg

from telemetry.core.outcomes import Outcome
from telemetry.core.postgres.binary import jsonbs, optional_texts, texts, times, uuids
from telemetry.core.postgres.errors import UnstorableValueError, VanishedReadingError
from telemetry.core.postgres.latest import store_latest
from telemetry_contract.identity import IDENTITY_BYTES, Identified
from telemetry_contract.readings import Value

# The identities come back as one value: thousands of rows would cost the client more than the rest of its work.
INSERT: Final = """
WITH inserted AS (
  INSERT INTO readings (device, time, identity, content, metrics, id)
  SELECT * FROM unnest(%(device)b, %(time)b, %(identity)b, %(content)b, %(metrics)b, %(id)b)
  ON CONFLICT (device, time, identity) DO NOTHING
  RETURNING device, time, identity, tableoid
), counted AS (
  INSERT INTO device_counts AS kept (device, partition, slot, readings, oldest, newest)
  SELECT device, relname, %(slot)s, readings, oldest, newest
  FROM (
    SELECT device, tableoid AS oid, count(*) AS readings, min(time) AS oldest, max(time) AS newest
    FROM inserted GROUP BY device, tableoid
  ) AS found JOIN pg_class USING (oid)
  ORDER BY device, relname
  ON CONFLICT (device, partition, slot) DO UPDATE
  SET readings = kept.readings + excluded.readings,
      oldest = least(kept.oldest, excluded.oldest), newest = greatest(kept.newest, excluded.newest)
)
SELECT coalesce(string_agg(uuid_send(identity), ''), '') FROM inserted
"""

# The range of time is said twice so that the planner leaves out partitions.
CONTENTS: Final = """
SELECT uuid_send(readings.identity), uuid_send(readings.content)
FROM unnest(%(device)b, %(time)b, %(identity)b) AS known (device, time, identity)
JOIN readings USING (device, time, identity)
WHERE readings.time BETWEEN (SELECT min(t) FROM unnest(%(time)b) AS t) AND (SELECT max(t) FROM unnest(%(time)b) AS t)
"""

_encode: Final = msgspec.json.Encoder().encode


def store_readings(connection: psycopg.Connection[Any], rows: Sequence[Identified], slot: int) -> list[Outcome]:
    """Store readings, and return what became of each, in order: stored, duplicate or conflict.

    `slot` keeps the counts of writers apart, so that they do not wait for one another's rows. The caller owns the
    transaction (READ COMMITTED), has checked the bounds of time, and rolls back on any error.

    Raises:
        psycopg.Error: nothing of the batch stands; `errors.classify` tells what to do.
    """
    firsts: dict[bytes, Identified] = {}
    for row in rows:
        firsts.setdefault(row.identity, row)
    batch = sorted(firsts.values(), key=_order)
    if not batch:
        return []
    stored = _insert(connection, batch, slot)
    fresh = batch if len(stored) == len(batch) else [row for row in batch if row.identity in stored]
    store_latest(connection, fresh)
    contents = {identity: row.content_hash for identity, row in firsts.items()}
    if len(fresh) < len(batch):
        contents |= _known_contents(connection, [row for row in batch if row.identity not in stored])
    return _outcomes(rows, stored, contents)


def _insert(connection: psycopg.Connection[Any], batch: list[Identified], slot: int) -> set[bytes]:
    columns = _key_columns(batch) | {
        "content": uuids([row.content_hash for row in batch]),
        "metrics": jsonbs([encode_metrics(row.reading.metrics) for row in batch]),
        "id": optional_texts([row.reading.id for row in batch]),
        "slot": slot,
    }
    found = connection.cursor(binary=True).execute(INSERT, columns).fetchone()
    joined: bytes = found[0] if found else b""
    return {joined[at : at + IDENTITY_BYTES] for at in range(0, len(joined), IDENTITY_BYTES)}


def _known_contents(connection: psycopg.Connection[Any], known: list[Identified]) -> dict[bytes, bytes]:
    contents = dict(connection.cursor(binary=True).execute(CONTENTS, _key_columns(known)).fetchall())
    if len(contents) < len(known):
        raise VanishedReadingError(f"{len(known) - len(contents)} readings vanished between two statements")
    return contents


def _outcomes(rows: Sequence[Identified], stored: Collection[bytes], contents: dict[bytes, bytes]) -> list[Outcome]:
    pending = set(stored)
    outcomes: list[Outcome] = []
    for row in rows:
        if row.identity in pending:
            pending.remove(row.identity)
            outcomes.append(Outcome.STORED)
        else:
            same = contents[row.identity] == row.content_hash
            outcomes.append(Outcome.DUPLICATE if same else Outcome.CONFLICT)
    return outcomes


def _key_columns(batch: list[Identified]) -> dict[str, object]:
    return {
        "device": texts([row.reading.device for row in batch]),
        "time": times([row.reading.time for row in batch]),
        "identity": uuids([row.identity for row in batch]),
    }


def _order(row: Identified) -> tuple[str, int, bytes]:
    return row.reading.device, row.reading.time, row.identity


def encode_metrics(metrics: dict[str, Value]) -> bytes:
    """Return metrics as JSON.

    Raises:
        UnstorableValueError: a number is not finite: the encoder would write `null` for it.
    """
    document = _encode(metrics)
    if b"null" in document and any(isinstance(value, float) and not math.isfinite(value) for value in metrics.values()):
        raise UnstorableValueError("a metric's value is not a finite number")
    return document
