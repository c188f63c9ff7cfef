"""Erasing a device: everything that was stored of it, in a transaction of the caller's.

A device may have more readings than one transaction should delete. So whoever erases first thins its readings out, in
steps with a transaction each, in which counts go along; what is left then goes at once, with every other trace. Until
then the device is there, with fewer readings; thinning that was broken off is gone on with by the next attempt.
"""

from collections.abc import Callable
from typing import Any, Final

import psycopg

from telemetry.core.postgres.binary import Moment

STEP: Final = 20_000  # readings deleted in one transaction: a fraction of a second

BOUND: Final = """
SELECT time::text FROM readings WHERE device = %(device)s AND time > %(after)s::timestamptz
ORDER BY time OFFSET %(step)s - 1 LIMIT 1
"""

# Of the counts of several writers only the sum matters.
THIN_OUT: Final = """
WITH gone AS (
  DELETE FROM readings WHERE device = %(device)s AND time > %(after)s::timestamptz AND time <= %(until)s::timestamptz
  RETURNING tableoid
), fewer AS (
  SELECT relname::text AS partition, count(*) AS readings FROM gone JOIN pg_class ON pg_class.oid = gone.tableoid
  GROUP BY relname
)
UPDATE device_counts AS kept SET readings = kept.readings - fewer.readings
FROM fewer
WHERE kept.device = %(device)s AND kept.partition = fewer.partition AND kept.slot = (
  SELECT min(slot) FROM device_counts AS own WHERE own.device = kept.device AND own.partition = kept.partition
)
"""

TRACES: Final = (
    "DELETE FROM readings WHERE device = %(device)s",
    "DELETE FROM latest WHERE device = %(device)s",
    "DELETE FROM device_counts WHERE device = %(device)s",
    r"""
    DELETE FROM dead_letters
    WHERE CASE WHEN substr(payload, 1, 2) = '\x92c4' THEN substr(payload, 4, get_byte(payload, 2)) END = %(key)s
    """,
)

RECORD: Final = """
INSERT INTO erasures AS known (device, up_to, erased_at) VALUES (%(device)s, %(up_to)b, now())
ON CONFLICT (device) DO UPDATE SET up_to = greatest(known.up_to, excluded.up_to), erased_at = excluded.erased_at
"""

Connection = psycopg.Connection[Any]
Guard = Callable[[Connection], None]


def thin_out(connection: Connection, device: str, guard: Guard = lambda _: None) -> None:
    """Delete a device's readings, oldest first, until no more than a step's are left; the connection is in autocommit.

    `guard` is called first in each transaction, and ends all by what it raises.
    """
    after = "-infinity"
    while True:
        names = {"device": device, "after": after, "step": STEP}
        with connection.transaction():
            guard(connection)
            found = connection.execute(BOUND, names).fetchone()
            if found is None:
                return
            connection.execute(THIN_OUT, names | {"until": found[0]})
        after = found[0]


def erase_device(connection: Connection, device: str, up_to: int) -> None:
    """Delete every trace of a device, and note that it was erased up to a moment, in microseconds."""
    names = {"device": device, "key": device.encode(), "up_to": Moment(up_to)}
    for statement in TRACES:
        connection.execute(statement, names)
    connection.execute(RECORD, names)
