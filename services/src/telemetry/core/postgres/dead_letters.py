"""Dead letters in PostgreSQL: asked for by the reader, dropped after retention by whoever maintains partitions."""

from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

import psycopg
from psycopg import sql

from telemetry.core.dead_letters import KeptLetter, LetterPlace, LetterQuery
from telemetry.core.ports import Position
from telemetry.core.postgres.binary import Moment, texts, times, uuids

Names = dict[str, object]

_CLOCK: Final = "SELECT statement_timestamp() AS as_of"
_COLUMNS: Final = "topic_id, partition, record_offset, item, buried_at, reason, payload"
_LETTERS: Final = sql.SQL(f"""
SELECT as_of, page.* FROM ({_CLOCK}) AS clock LEFT JOIN (
  SELECT {_COLUMNS} FROM dead_letters WHERE {{conditions}}
  ORDER BY buried_at DESC, topic_id DESC, partition DESC, record_offset DESC, item DESC LIMIT %(limit)s
) AS page ON true
ORDER BY buried_at DESC, topic_id DESC, partition DESC, record_offset DESC, item DESC
""")  # noqa: S608 - constants of this module

LETTER: Final = f"""
SELECT as_of, {_COLUMNS} FROM ({_CLOCK}) AS clock LEFT JOIN dead_letters
ON topic_id = %(topic)s AND partition = %(partition)s AND record_offset = %(offset)s AND item = %(item)s
"""  # noqa: S608 - constants of this module

# The range of time is said twice so that the planner leaves out partitions.
CONTENTS: Final = f"""
SELECT as_of, kept.* FROM ({_CLOCK}) AS clock LEFT JOIN (
  SELECT uuid_send(readings.identity), uuid_send(readings.content)
  FROM unnest(%(device)b, %(time)b, %(identity)b) AS asked (device, time, identity)
  JOIN readings USING (device, time, identity)
  WHERE readings.time BETWEEN (SELECT min(t) FROM unnest(%(time)b) AS t) AND (SELECT max(t) FROM unnest(%(time)b) AS t)
) AS kept ON true
"""  # noqa: S608 - constants of this module

_BEHIND: Final = sql.SQL(
    "(buried_at, topic_id, partition, record_offset, item)"
    " < (%(buried_at)b, %(topic)s, %(partition)s, %(offset)s, %(item)s)"
)
_BECAUSE: Final = sql.SQL("position(lower(%(reason)s) IN lower(reason)) > 0")

DROP_ROWS: Final = 5000  # in one statement, so that none holds up burying for long
DROP: Final = """
DELETE FROM dead_letters WHERE ctid = ANY (ARRAY(
  SELECT ctid FROM dead_letters
  WHERE buried_at < statement_timestamp() - %(retention)s::float8 * interval '1 microsecond' LIMIT %(rows)s
))
"""


def build_letters(query: LetterQuery) -> tuple[sql.Composed, Names]:
    """Return the statement and its values for one page of letters, newest first."""
    names: Names = {"limit": query.limit}
    conditions: list[sql.SQL] = []
    if query.reason is not None:
        names["reason"] = query.reason
        conditions.append(_BECAUSE)
    if query.after is not None:
        buried_at, place = query.after
        names |= {"buried_at": Moment(buried_at), **names_of(place)}
        conditions.append(_BEHIND)
    return _LETTERS.format(conditions=sql.SQL(" AND ").join(conditions or [sql.SQL("true")])), names


def names_of(place: LetterPlace) -> Names:
    return {"topic": place.topic, "partition": place.partition, "offset": place.offset, "item": place.item}


def names_of_readings(asked: Sequence[Position]) -> Names:
    return {
        "device": texts([it.device for it in asked]),
        "time": times([it.time for it in asked]),
        "identity": uuids([it.identity for it in asked]),
    }


def letter_of(row: tuple[Any, ...]) -> KeptLetter:
    """Return the letter of a row, which has the clock's time first."""
    _, topic, partition, offset, item, buried_at, reason, payload = row
    return KeptLetter(LetterPlace(UUID(bytes=bytes(topic)), partition, offset, item), buried_at, reason, bytes(payload))


def drop_letters(connection: psycopg.Connection[Any], *, retention: int) -> int:
    """Drop the letters that were buried longer ago than `retention` (microseconds), and return how many.

    The connection must be in autocommit: each statement drops a part.
    """
    dropped = 0
    while count := connection.execute(DROP, {"retention": retention, "rows": DROP_ROWS}).rowcount:
        dropped += count
    return dropped
