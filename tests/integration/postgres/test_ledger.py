from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest

from telemetry.core.postgres.ledger import Counts, DeadLetter, StaleOffsetError, advance, bury, open_partitions

Connection = psycopg.Connection[Any]
TOPIC = UUID(int=7)


def test_a_partition_never_met_starts_at_zero(connection: Connection) -> None:
    assert open_partitions(connection, TOPIC, [0, 3]) == {0: 0, 3: 0}


def test_an_offset_is_found_again_and_the_ledger_adds_up(connection: Connection) -> None:
    open_partitions(connection, TOPIC, [0])
    advance(connection, TOPIC, 0, previous=0, following=5, counts=Counts(5, 0, 9, stored=8, dead=1))
    advance(connection, TOPIC, 0, previous=5, following=9, counts=Counts(3, 1, 3, stored=1, duplicate=2))
    assert open_partitions(connection, TOPIC, [0]) == {0: 9}
    query = "SELECT records_read, records_lost, readings, stored, duplicate, conflict, dead FROM stream_partitions"
    assert connection.execute(query).fetchall() == [(8, 1, 12, 9, 2, 0, 1)]


def test_a_topic_made_anew_starts_at_zero(connection: Connection) -> None:
    open_partitions(connection, TOPIC, [0])
    advance(connection, TOPIC, 0, previous=0, following=5, counts=Counts(5))
    assert open_partitions(connection, uuid4(), [0]) == {0: 0}


@pytest.mark.parametrize("previous", [0, 4, 6])
def test_a_zombie_cannot_move_the_offset(connection: Connection, previous: int) -> None:
    open_partitions(connection, TOPIC, [0])
    advance(connection, TOPIC, 0, previous=0, following=5, counts=Counts(5))
    with pytest.raises(StaleOffsetError):
        advance(connection, TOPIC, 0, previous=previous, following=9, counts=Counts(4))
    assert open_partitions(connection, TOPIC, [0]) == {0: 5}


def test_a_partition_that_was_never_opened_is_stale(connection: Connection) -> None:
    with pytest.raises(StaleOffsetError):
        advance(connection, TOPIC, 0, previous=0, following=1, counts=Counts(1))


def test_a_dead_letter_is_kept_once_with_every_byte(connection: Connection) -> None:
    letter = DeadLetter(offset=5, item=0, reason="refused: \0", payload=b"\0\xff")
    bury(connection, TOPIC, 0, [letter, DeadLetter(5, 1, "b", b"")])
    bury(connection, TOPIC, 0, [letter])
    query = "SELECT record_offset, item, reason, payload FROM dead_letters ORDER BY 1, 2"
    assert connection.execute(query).fetchall() == [(5, 0, "refused: \\u0000", b"\0\xff"), (5, 1, "b", b"")]
