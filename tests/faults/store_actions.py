"""What goes wrong with the table: it refuses a reading, loses a partition in use, is to hold what is far ahead."""

import time
from typing import Any

import psycopg

from telemetry.core.postgres.partition_plan import DAY
from telemetry.core.postgres.partitions import maintain_partitions
from telemetry_contract.identity import identify
from telemetry_contract.readings import Reading
from telemetry_contract.settings import Variable
from telemetry_contract.times import MICROSECONDS_PER_SECOND, format_time
from tests.faults.load import Load
from tests.faults.stage import Stage
from tests.faults.stream_actions import dead_letters, until_all_is_read
from tests.support.books import Books
from tests.support.waiting import wait_until

REFUSE = "ALTER TABLE readings ADD CONSTRAINT refused CHECK (device <> 'poison') NOT VALID"
ALLOW = "ALTER TABLE readings DROP CONSTRAINT refused"
PARTITIONS = "SELECT count(*) FROM pg_inherits WHERE inhparent = 'readings'::regclass"
AMID = 30  # good readings around a bad one
FAR = 10 * 365 * DAY


def poison_the_store(stage: Stage) -> float:
    """Let PostgreSQL refuse one reading in the middle of good ones."""
    books = books_of(stage)
    before = dead_letters(stage)
    books.execute(REFUSE)
    begun = time.monotonic()
    try:
        answer = send_amid(stage, Reading("poison", now(), {"value": 1}))
        assert answer["accepted"] == AMID + (1 if stage.platform.queued else 0)
        if stage.platform.queued:
            wait_until(lambda: dead_letters(stage) == before + 1, what="it is buried")
    finally:
        books.execute(ALLOW)
    return begun


def send_what_is_far_ahead(stage: Stage) -> float:
    """Send a reading of the far future among good ones; nothing is made for it."""
    begun, partitions = time.monotonic(), books_of(stage).query(PARTITIONS)
    answer = send_amid(stage, Reading("ahead", now() + FAR, {"value": 1}))
    assert (answer["accepted"], answer["rejected"]) == (AMID, 1)
    assert books_of(stage).query(PARTITIONS) == partitions
    return begun


def drop_a_partition(stage: Stage) -> float:
    """Let retention drop the partition in which others read and write, again and again.

    What was in it goes; what was sent when it was gone for the last time stays.
    """
    begun = time.monotonic()
    with Load(stage.platform, f"old-{next(stage.numbers)}", age=6 * DAY) as old:
        for _ in range(3):
            old.until_more()
            drop_what_is_older(stage, now() - 5 * DAY)
        before = old.sent.copy()
        old.until_more()
    stage.sent |= old.sent
    assert not old.books.refused
    assert not old.books.given_up

    def look() -> None:
        if stage.platform.queued:
            until_all_is_read(stage)
        stored = books_of(stage).stored()
        assert old.acknowledged - before <= set(stored), "what came after the drop is lost"
        stage.dropped = books_of(stage).total("stored") - len(stored)

    stage.afterwards.append(look)
    return begun


def drop_what_is_older(stage: Stage, cutoff: int) -> None:
    """Do what retention does when all partitions that end by `cutoff` are past it."""
    retention = int(float(stage.services["producer"].environment[Variable.RETENTION_SECONDS]) * MICROSECONDS_PER_SECOND)

    def maintain() -> bool:
        with psycopg.connect(books_of(stage).url, autocommit=True) as connection:
            return maintain_partitions(connection, now=cutoff + retention, retention=retention)

    # A service may be at it, or stand in the way for longer than the statement waits.
    wait_until(maintain, what="partitions are dropped")


def send_amid(stage: Stage, bad: Reading) -> dict[str, Any]:
    good = [Reading(f"amid-{number}", now(), {"value": number}, "good") for number in range(AMID)]
    batch = [*good[: AMID // 2], bad, *good[AMID // 2 :]]
    body = [{"device": it.device, "time": format_time(it.time), "metrics": it.metrics, "id": it.id} for it in batch]
    answer: dict[str, Any] = stage.platform.send_many(body).json()
    identities = {identify(it).identity for it in good}
    stage.sent |= identities | {identify(bad).identity}
    if answer["accepted"] >= AMID:
        stage.acknowledged |= identities
    return answer


def books_of(stage: Stage) -> Books:
    assert stage.books is not None
    return stage.books


def now() -> int:
    return time.time_ns() // 1000
