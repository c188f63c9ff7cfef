"""Offsets of the stream, and the ledger of what became of its readings, in the transaction that stores them.

A partition is known by its topic's id, not by its name: a topic made anew starts at zero. The offset advances by
compare-and-set, so a consumer that lost the partition without knowing it (a zombie) changes nothing and learns it here.
Ledger per partition, two equations: offsets passed = records read + records lost to the topic's retention;
readings = stored + duplicate + conflict + dead + expired.
"""

from collections.abc import Collection, Iterable, Sequence
from typing import Any, Final
from uuid import UUID

import msgspec
import psycopg

from telemetry.core.outcomes import Outcome

OPEN: Final = """
INSERT INTO stream_partitions (topic_id, partition)
SELECT %(topic)s, partition FROM unnest(%(partitions)s::integer[]) AS partition ORDER BY partition
ON CONFLICT (topic_id, partition) DO NOTHING
"""

READ: Final = """
SELECT partition, next_offset FROM stream_partitions WHERE topic_id = %(topic)s AND partition = ANY (%(partitions)s)
"""

ADVANCE: Final = """
UPDATE stream_partitions
SET next_offset = %(next)s,
    records_read = records_read + %(records_read)s, records_lost = records_lost + %(records_lost)s,
    readings = readings + %(readings)s, stored = stored + %(stored)s, duplicate = duplicate + %(duplicate)s,
    conflict = conflict + %(conflict)s, dead = dead + %(dead)s, expired = expired + %(expired)s
WHERE topic_id = %(topic)s AND partition = %(partition)s AND next_offset = %(previous)s
"""

HOLD: Final = """
SELECT FROM stream_partitions
WHERE topic_id = %(topic)s AND partition = %(partition)s AND next_offset = %(previous)s FOR UPDATE
"""

BURY: Final = """
INSERT INTO dead_letters (topic_id, partition, record_offset, item, reason, payload)
VALUES (%(topic)s, %(partition)s, %(offset)s, %(item)s, %(reason)s, %(payload)s)
ON CONFLICT (topic_id, partition, record_offset, item) DO NOTHING
"""


class StaleOffsetError(Exception):
    """Another consumer moved this partition's offset: roll back, and let go of the partition."""


class Counts(msgspec.Struct, frozen=True):
    """How many records and readings were met, and what became of the readings."""

    records_read: int = 0
    records_lost: int = 0
    readings: int = 0
    stored: int = 0
    duplicate: int = 0
    conflict: int = 0
    dead: int = 0
    expired: int = 0

    def __add__(self, other: "Counts") -> "Counts":
        return Counts(
            *(mine + theirs for mine, theirs in zip(*map(msgspec.structs.astuple, (self, other)), strict=True))
        )


def tally(outcomes: Collection[Outcome], *, records_read: int, records_lost: int = 0) -> Counts:
    """Count what became of the readings of some records."""
    kinds = dict.fromkeys(map(str, Outcome), 0)
    for outcome in outcomes:
        kinds[outcome] += 1
    return Counts(records_read, records_lost, len(outcomes), **kinds)


def balanced(offsets_passed: int, counts: Counts) -> bool:
    """Tell whether a partition's two equations hold."""
    ends = counts.stored + counts.duplicate + counts.conflict + counts.dead + counts.expired
    return offsets_passed == counts.records_read + counts.records_lost and counts.readings == ends


class DeadLetter(msgspec.Struct, frozen=True):
    """A reading, or a whole record, that will never be stored; `item` is the reading's place in the record."""

    offset: int
    item: int
    reason: str
    payload: bytes


def open_partitions(connection: psycopg.Connection[Any], topic_id: UUID, partitions: Sequence[int]) -> dict[int, int]:
    """Return the next offset to read of each partition, at its assignment; a partition never met starts at zero."""
    names = {"topic": topic_id, "partitions": list(partitions)}
    connection.execute(OPEN, names)
    return dict(connection.execute(READ, names).fetchall())


def advance(
    connection: psycopg.Connection[Any],
    topic_id: UUID,
    partition: int,
    *,
    previous: int,
    following: int,
    counts: Counts,
) -> None:
    """Move a partition's next offset from `previous` to `following`, and add to its ledger.

    Raises:
        StaleOffsetError: the offset does not stand at `previous`.
    """
    names = {"topic": topic_id, "partition": partition, "previous": previous, "next": following}
    if connection.execute(ADVANCE, names | msgspec.structs.asdict(counts)).rowcount == 0:
        raise _stale(topic_id, partition, previous)


def _stale(topic_id: UUID, partition: int, previous: int) -> StaleOffsetError:
    return StaleOffsetError(f"partition {partition} of topic {topic_id} does not stand at offset {previous}")


def hold_offset(connection: psycopg.Connection[Any], topic_id: UUID, partition: int, previous: int) -> None:
    """Keep a partition's next offset where it stands until the transaction ends.

    Raises:
        StaleOffsetError: the offset does not stand at `previous`.
    """
    names = {"topic": topic_id, "partition": partition, "previous": previous}
    if connection.execute(HOLD, names).rowcount == 0:
        raise _stale(topic_id, partition, previous)


def bury(connection: psycopg.Connection[Any], topic_id: UUID, partition: int, letters: Iterable[DeadLetter]) -> None:
    """Keep dead letters; one that is there already stays as it is."""
    common = {"topic": topic_id, "partition": partition}
    # PostgreSQL's text cannot hold NUL, and a reason may quote what was refused.
    rows = [common | msgspec.structs.asdict(it) | {"reason": it.reason.replace("\0", "\\u0000")} for it in letters]
    if rows:
        connection.cursor().executemany(BURY, rows)
