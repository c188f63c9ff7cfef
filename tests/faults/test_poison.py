"""Poison in the middle of everything else that may become of a reading: it is buried alone, with its reason."""

from pathlib import Path
from typing import Any

from telemetry_contract.readings import Reading
from telemetry_contract.records import encode_slice
from telemetry_contract.settings import Component, Variable
from tests.support.books import Books
from tests.support.feed import Feed, now_microseconds, readings_of
from tests.support.platform import RunningPlatform

SPEC: dict[str, Any] = {"architecture": "stream-postgres", "retention": "7d", "kafka": {"topic": {"partitions": 4}}}
DAY = 86_400 * 1_000_000
REASONS = ("Expected", "conflict", "its time", "new row", "new row")


def test_poison_amid_all_outcomes_is_buried_alone(tmp_path: Path, kafka_bootstrap: str, database_url: str) -> None:
    platform = RunningPlatform(SPEC, tmp_path, postgres_url=database_url, kafka_bootstrap=kafka_bootstrap)
    assert platform.process(Component.PREPARE).start().wait(120) == 0
    consumer, books = platform.process(Component.CONSUMER), Books(database_url)
    books.execute("ALTER TABLE readings ADD CONSTRAINT refused CHECK (device <> 'poison')")
    feed = Feed(kafka_bootstrap, consumer.environment[Variable.TOPIC_PREFIX])
    send_all_kinds(feed)
    try:
        consumer.start()
        books.until_read(feed.flush().records)
    finally:
        platform.stop()
    books.check(feed)
    ends = {name: books.total(name) for name in ("stored", "duplicate", "conflict", "dead", "expired")}
    assert ends == {"stored": 101, "duplicate": 1, "conflict": 1, "dead": 4, "expired": 1}
    reasons = sorted(reason for _, reason, _ in books.dead_letters())
    assert all(reason.startswith(begins) for reason, begins in zip(reasons, REASONS, strict=True)), reasons


def send_all_kinds(feed: Feed) -> None:
    """Send 101 good readings, and among them what is repeated, contradictory, too old, too new, refused, nonsense."""
    now = now_microseconds()
    known = Reading("known", now, {"value": 1}, "a")
    feed.send("known", known)
    feed.send("good", *readings_of("good", 50))
    feed.send("known", known)
    send_unpromised(feed, Reading("known", now, {"value": 2}, "a"))
    send_unpromised(feed, Reading("good", now - 8 * DAY, {"value": 1}))
    send_unpromised(feed, Reading("good", now + 3 * DAY, {"value": 1}))
    send_unpromised(feed, Reading("poison", now, {"value": 1}), Reading("poison", now + 1, {"value": 1}))
    feed.send_raw(b"good", b"\x01 not a record")
    feed.send("good", *readings_of("good", 50, first=50))


def send_unpromised(feed: Feed, *readings: Reading) -> None:
    """Send readings that are not to be stored."""
    feed.send_raw(readings[0].device.encode(), encode_slice(now_microseconds(), list(readings)))
