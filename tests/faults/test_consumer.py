"""What a crash of the consumer, or of what it writes to, may never do: lose, double or miscount a reading."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from confluent_kafka.admin import AdminClient

from telemetry_contract.readings import Reading
from telemetry_contract.records import encode_slice
from telemetry_contract.settings import Component, Variable
from tests.support.books import Books
from tests.support.feed import Feed, Load, now_microseconds, readings_of
from tests.support.platform import Process, RunningPlatform
from tests.support.servers import describe_kafka, describe_postgres, running
from tests.support.waiting import wait_until

ROUNDS = int(os.environ.get("FAULT_ROUNDS", "2"))  # crashes in a test; more of them for a long run
WAITS = "telemetry_consumer_sink_waits_total"
DAY = 86_400 * 1_000_000


class Stream:
    """A platform of which only the consumer runs, fed by the test itself."""

    def __init__(self, platform: RunningPlatform, bootstrap: str, postgres_url: str) -> None:
        self.platform = platform
        self.bootstrap = bootstrap
        self.books = Books(postgres_url)
        prefix = self.consumer().environment[Variable.TOPIC_PREFIX]
        self.feed = Feed(bootstrap, prefix)
        assert platform.process(Component.PREPARE).start().wait(120) == 0

    def consumer(self, replica: int = 0) -> Process:
        return self.platform.process(Component.CONSUMER, replica)

    def stored(self) -> int:
        return self.books.total("stored")

    def until_stored_more(self, count: int = 500) -> None:
        wanted = self.stored() + count
        wait_until(lambda: self.stored() >= wanted, what=f"{wanted} readings are stored", timeout=30)

    def settle(self) -> None:
        """Wait until everything fed is accounted for, and check the books."""
        self.books.until_read(self.feed.flush().records)
        self.books.check(self.feed)


def build_stream(directory: Path, bootstrap: str, postgres_url: str) -> Stream:
    spec: dict[str, Any] = {"architecture": "stream-postgres", "retention": "7d", "kafka": {"topic": {"partitions": 4}}}
    platform = RunningPlatform(spec, directory, postgres_url=postgres_url, kafka_bootstrap=bootstrap)
    return Stream(platform, bootstrap, postgres_url)


@pytest.fixture
def stream(tmp_path: Path, kafka_bootstrap: str, database_url: str) -> Iterator[Stream]:
    built = build_stream(tmp_path, kafka_bootstrap, database_url)
    yield built
    built.platform.stop()


def test_a_consumer_killed_under_load_loses_and_doubles_nothing(stream: Stream) -> None:
    with Load(stream.feed):
        for _ in range(ROUNDS):
            stream.consumer().start()
            stream.until_stored_more()
            stream.consumer().kill()
        stream.consumer().start()
        stream.until_stored_more()
    stream.settle()


def test_a_consumer_told_to_end_under_load_finishes_and_leaves_the_rest(stream: Stream) -> None:
    with Load(stream.feed):
        stream.consumer().start()
        stream.until_stored_more()
        assert stream.consumer().stop() == 0
        stream.consumer().start()
        stream.until_stored_more()
    stream.settle()


def test_consumers_that_come_and_go_share_the_work(stream: Stream) -> None:
    with Load(stream.feed):
        first, second = stream.consumer(0).start(), stream.consumer(1)
        stream.until_stored_more()
        second.start().until_ready()
        wait_until(lambda: second.metric("telemetry_consumer_records_total", fate="read"), what="the second one works")
        assert first.stop() == 0
        stream.until_stored_more()
        first.start().until_ready()
    stream.settle()


def test_a_zombie_changes_nothing_when_it_wakes(stream: Stream) -> None:
    zombie, heir = stream.consumer(0).start(), stream.consumer(1)
    with Load(stream.feed) as load:
        stream.until_stored_more()
        zombie.signal(signal.SIGSTOP)
        heir.start()
        load.stop()
        stream.books.until_read(stream.feed.records)
        zombie.signal(signal.SIGCONT)
    stream.feed.send("late", *readings_of("late", 5))
    stream.settle()


def test_postgres_killed_under_load_is_waited_for(tmp_path: Path, kafka_bootstrap: str) -> None:
    with running(describe_postgres(tmp_path), tmp_path) as postgres:
        stream = build_stream(tmp_path / "platform", kafka_bootstrap, postgres.address)
        try:
            with Load(stream.feed):
                consumer = stream.consumer().start()
                for _ in range(ROUNDS):
                    stream.until_stored_more()
                    postgres.kill()
                    until_it_waits(consumer)
                    postgres.start()
                stream.until_stored_more()
            stream.settle()
        finally:
            stream.platform.stop()


def test_kafka_killed_under_load_is_waited_for(tmp_path: Path, database_url: str) -> None:
    with running(describe_kafka(tmp_path), tmp_path) as kafka:
        stream = build_stream(tmp_path / "platform", kafka.address, database_url)
        try:
            with Load(stream.feed):
                stream.consumer().start()
                stream.until_stored_more()
                kafka.kill()
                kafka.start()
                stream.until_stored_more()
            stream.settle()
        finally:
            stream.platform.stop()


def test_poison_amid_all_outcomes_is_buried_alone(stream: Stream) -> None:
    stream.books.execute("ALTER TABLE readings ADD CONSTRAINT refused CHECK (device <> 'poison')")
    feed, now = stream.feed, now_microseconds()
    known = Reading("known", now, {"value": 1}, "a")
    feed.send("known", known)
    stream.consumer().start()
    stream.settle()
    stream.consumer().stop()

    feed.send("good", *readings_of("good", 50))
    feed.send("known", known)
    send_unpromised(feed, Reading("known", now, {"value": 2}, "a"))
    send_unpromised(feed, Reading("good", now - 8 * DAY, {"value": 1}))
    send_unpromised(feed, Reading("good", now + 3 * DAY, {"value": 1}))
    send_unpromised(feed, Reading("poison", now, {"value": 1}), Reading("poison", now + 1, {"value": 1}))
    feed.send_raw(b"good", b"\x01 not a record")
    feed.send("good", *readings_of("good", 50, first=50))
    stream.consumer().start()
    stream.settle()

    total = stream.books.total
    ends = {name: total(name) for name in ("stored", "duplicate", "conflict", "dead", "expired")}
    assert ends == {"stored": 101, "duplicate": 1, "conflict": 1, "dead": 4, "expired": 1}
    reasons = sorted(reason for _, reason, _ in stream.books.dead_letters())
    for reason, begins in zip(reasons, ("Expected", "conflict", "its time", "new row", "new row"), strict=True):
        assert reason.startswith(begins)


def test_a_topic_made_anew_is_read_from_its_beginning(stream: Stream) -> None:
    for device in range(8):
        stream.feed.send(f"before-{device}", *readings_of(f"before-{device}", 3))
    stream.consumer().start()
    stream.settle()
    make_topic_anew(stream)
    later = Feed(stream.bootstrap, stream.consumer().environment[Variable.TOPIC_PREFIX])
    for number in range(100):  # further than the old topic's offsets went
        later.send(f"after-{number % 8}", *readings_of(f"after-{number % 8}", 3, first=number * 3))
    stream.books.until_read(stream.feed.records + later.flush().records)
    later.sent |= stream.feed.sent
    later.acknowledged |= stream.feed.acknowledged
    stream.books.check(later)
    assert len({row.topic for row in stream.books.ledger()}) == 2


def until_it_waits(consumer: Process) -> None:
    before = consumer.metric(WAITS)
    wait_until(lambda: consumer.metric(WAITS) > before, what="the consumer waits for PostgreSQL")


def send_unpromised(feed: Feed, *readings: Reading) -> None:
    """Send readings that are not to be stored."""
    feed.send_raw(readings[0].device.encode(), encode_slice(now_microseconds(), list(readings)))


def make_topic_anew(stream: Stream) -> None:
    admin = AdminClient({"bootstrap.servers": stream.bootstrap})
    admin.delete_topics([stream.feed.topic])[stream.feed.topic].result(30)
    wait_until(lambda: stream.feed.topic not in admin.list_topics(timeout=10).topics, what="the topic is gone")
    assert stream.platform.process(Component.PREPARE).start().wait(60) == 0
