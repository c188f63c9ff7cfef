import asyncio
import threading
from typing import Any
from uuid import UUID

import psycopg
import pytest

from telemetry.core.dead_letters import LetterPlace, LetterQuery
from telemetry.core.ports import Position
from telemetry.core.postgres import dead_letters
from telemetry.core.postgres.dead_letters import drop_letters
from telemetry.core.postgres.ledger import Counts, DeadLetter, advance, bury, open_partitions
from telemetry.core.postgres.partition_plan import DAY
from telemetry.core.postgres.partitions import keep_partitions
from telemetry.core.postgres.reader import PostgresReader, make_pool
from tests.integration.postgres.building import reading, store
from tests.support.waiting import wait_until

Connection = psycopg.Connection[Any]

TOPIC = UUID(int=7)


def ask(url: str, question: str, *arguments: object) -> Any:  # noqa: ANN401 - whatever the port answers
    async def run() -> Any:  # noqa: ANN401 - as above
        async with make_pool(url, 2) as pool:
            return (await getattr(PostgresReader(pool), question)(*arguments)).value

    return asyncio.run(run())


@pytest.fixture
def letters(connection: Connection) -> None:
    """Two buried at once, then one later, of another partition."""
    with connection.transaction():
        bury(
            connection, TOPIC, 0, [DeadLetter(5, 0, "Conflict: other content", b"a"), DeadLetter(5, 1, "future", b"b")]
        )
    bury(connection, TOPIC, 3, [DeadLetter(2, -1, "conflict 100%", b"\0\xff")])


@pytest.mark.usefixtures("letters")
def test_letters_come_newest_first_in_pages(migrated_url: str) -> None:
    found, query = [], LetterQuery(1)
    while page := ask(migrated_url, "dead_letters", query):
        found += page
        query = LetterQuery(1, after=(page[-1].buried_at, page[-1].place))
    assert [letter.place for letter in found] == [
        LetterPlace(TOPIC, 3, 2), LetterPlace(TOPIC, 0, 5, 1), LetterPlace(TOPIC, 0, 5, 0)
    ]  # fmt: skip
    assert found[0].payload == b"\0\xff"


@pytest.mark.usefixtures("letters")
@pytest.mark.parametrize(("part", "count"), [("CONFLICT", 2), ("100%", 1), ("%", 1), ("nothing", 0)])
def test_a_reason_is_found_by_a_part_that_is_no_pattern(migrated_url: str, part: str, count: int) -> None:
    assert len(ask(migrated_url, "dead_letters", LetterQuery(9, reason=part))) == count


@pytest.mark.usefixtures("letters")
def test_one_letter_is_found_by_its_place(migrated_url: str) -> None:
    assert ask(migrated_url, "dead_letter", LetterPlace(TOPIC, 0, 5, 1)).payload == b"b"
    assert ask(migrated_url, "dead_letter", LetterPlace(TOPIC, 0, 5, 2)) is None


def test_what_is_stored_is_known_by_its_content(connection: Connection, migrated_url: str) -> None:
    kept, missing = reading("a", at=1), reading("b", at=2)
    store(connection, kept)
    asked = [Position(row.reading.time, row.reading.device, row.identity) for row in (kept, missing)]
    assert ask(migrated_url, "contents", asked) == {kept.identity: kept.content_hash}
    assert ask(migrated_url, "contents", asked[1:]) == {}


@pytest.mark.usefixtures("letters")
def test_letters_past_retention_are_dropped_and_the_ledger_still_counts_them(
    connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dead_letters, "DROP_ROWS", 1)
    open_partitions(connection, TOPIC, [0])
    advance(connection, TOPIC, 0, previous=0, following=6, counts=Counts(6, 0, 7, stored=5, dead=2))
    connection.execute("UPDATE dead_letters SET buried_at = now() - interval '3 days' WHERE partition = 0")
    assert drop_letters(connection, retention=3 * DAY) == 2
    assert connection.execute("SELECT partition FROM dead_letters").fetchall() == [(3,)]
    assert connection.execute("SELECT dead FROM stream_partitions").fetchall() == [(2,)]
    assert drop_letters(connection, retention=3 * DAY) == 0


@pytest.mark.usefixtures("letters")
def test_every_writers_maintenance_drops_them(connection: Connection, migrated_url: str) -> None:
    connection.execute("UPDATE dead_letters SET buried_at = now() - interval '11 days' WHERE partition = 0")
    stop = threading.Event()
    keeper = threading.Thread(target=keep_partitions, args=(migrated_url, 10 * DAY, stop))
    keeper.start()
    left = "SELECT count(*) FROM dead_letters"
    wait_until(lambda: connection.execute(left).fetchone() == (1,), what="letters past retention are dropped")
    stop.set()
    keeper.join()


def test_a_page_of_letters_is_read_from_the_index(connection: Connection) -> None:
    bury(connection, TOPIC, 0, [DeadLetter(offset, 0, "why", b"") for offset in range(3000)])
    connection.execute("ANALYZE dead_letters")
    statement, names = dead_letters.build_letters(LetterQuery(10, after=(0, LetterPlace(TOPIC, 0, 7))))
    plan = str(connection.execute("EXPLAIN " + statement.as_string(connection), names).fetchall())
    assert "dead_letters_by_time" in plan
    assert "Seq Scan" not in plan
