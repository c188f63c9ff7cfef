"""What is promised of history in memory: a crash costs a replay, and nothing else."""

import signal
from collections.abc import Callable

import httpx
from confluent_kafka import OFFSET_BEGINNING, Consumer, TopicPartition

from telemetry_contract.dead_letters import BuriedLetter, decode_letter
from telemetry_contract.settings import Component
from telemetry_contract.topics import dead_letters_topic
from telemetry_operator.environment import topic_prefix
from tests.integration.memory.conftest import Start
from tests.support.feed import Feed, readings_of
from tests.support.platform import RunningPlatform
from tests.support.waiting import wait_until

FeedOf = Callable[[RunningPlatform], Feed]


def fill(feed: Feed, *, devices: int = 20, records: int = 10, readings: int = 10) -> None:
    for number in range(records):
        for device in range(devices):
            name = f"dev-{device:02d}"
            feed.send(name, *readings_of(name, readings, first=number * readings))
    feed.flush()


def until_visible(platform: RunningPlatform, count: int) -> tuple[int, str]:
    """Wait until so many readings are visible, and return the digest of all."""

    def digest() -> tuple[int, str] | None:
        answer = platform.get("/digest")
        found = answer.json()
        return (found["count"], found["digest"]) if answer.is_success and found["count"] >= count else None

    found = wait_until(digest, what=f"{count} readings are visible")
    assert found is not None
    return found


def letters_of(bootstrap: str, platform: RunningPlatform) -> dict[bytes, BuriedLetter]:
    """Return the dead letters' topic as its compaction will leave it."""
    consumer = Consumer({"bootstrap.servers": bootstrap, "group.id": "test", "enable.partition.eof": True})
    consumer.assign([TopicPartition(dead_letters_topic(topic_prefix(platform.platform)), 0, OFFSET_BEGINNING)])
    found: dict[bytes, BuriedLetter] = {}
    while (message := consumer.poll(10)) is not None and message.error() is None:
        key, value = message.key(), message.value()
        assert isinstance(key, bytes)
        assert isinstance(value, bytes)
        found[key] = decode_letter(value)
    consumer.close()
    return found


def test_a_killed_consumer_reads_everything_again_and_knows_the_same(start: Start, feed_of: FeedOf) -> None:
    platform = start()
    feed = feed_of(platform)
    fill(feed)
    before = until_visible(platform, 2000)
    newest = platform.get("/devices/dev-07/latest").json()
    consumer = platform.process(Component.CONSUMER)
    consumer.kill()
    feed.send("dev-99", *readings_of("dev-99", 5))  # acknowledged while nobody reads
    feed.flush()
    consumer.start().until_ready()
    until_visible(platform, 2005)
    assert platform.digest(*(f"dev-{device:02d}" for device in range(20))) == before
    assert platform.get("/devices/dev-07/latest").json() == newest
    assert platform.get("/integrity").json()["balanced"]
    assert platform.send("dev-07", {"time": newest["metrics"]["value"]["time"], "metrics": {"a": 1}}).is_success


def test_while_it_reads_again_nobody_is_told_half_the_truth(start: Start, feed_of: FeedOf) -> None:
    platform = start()
    fill(feed_of(platform), records=40, readings=20)
    until_visible(platform, 16_000)
    consumer = platform.process(Component.CONSUMER)
    consumer.kill()
    assert platform.get("/stats").status_code == 503
    consumer.start()
    seen: set[str] = set()

    def is_complete() -> bool:
        answer = platform.get("/stats")
        if answer.is_success:
            assert answer.json()["readings"] == 16_000
            return True
        assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")
        assert answer.headers["retry-after"]
        seen.add(answer.json()["detail"].split(":")[0])
        return False

    wait_until(is_complete, what="the history is complete")
    assert seen <= {"the consumer, which keeps the readings, is away", "the consumer is away", "catching up"}
    assert consumer.metric("telemetry_memory_caught_up") == 1


def test_poison_is_buried_once_however_often_it_is_read(start: Start, feed_of: FeedOf, kafka_bootstrap: str) -> None:
    platform = start()
    feed = feed_of(platform)
    feed.send_raw(b"dev-00", b"\x01nonsense")
    feed.flush()
    fill(feed, records=1)
    until_visible(platform, 200)
    consumer = platform.process(Component.CONSUMER)
    consumer.kill()
    consumer.start().until_ready()
    until_visible(platform, 200)
    letters = letters_of(kafka_bootstrap, platform)
    assert [letter.item for letter in letters.values()] == [-1]
    found = platform.get("/integrity").json()
    assert (found["dead_letters"], found["balanced"]) == (1, True)


def test_a_full_memory_forgets_the_oldest_and_says_so(start: Start, feed_of: FeedOf) -> None:
    platform = start(memory={"maxSize": "100k"})
    fill(feed_of(platform), devices=4, records=40, readings=50)
    consumer = platform.process(Component.CONSUMER)
    wait_until(
        lambda: sum(it["readings"] for it in platform.get("/integrity").json()["partitions"]) == 8000,
        what="all is read",
    )
    stats = platform.get("/stats").json()
    assert stats["storage_bytes"] <= 100_000
    assert stats["readings"] + stats["evicted"] <= 8000
    assert consumer.metric("telemetry_memory_evicted_readings_total", bound="size") == stats["evicted"] > 0
    assert 50 < consumer.metric("telemetry_memory_bytes_per_reading") < 200
    assert platform.get("/integrity").json()["balanced"]


def test_a_frozen_consumer_is_a_503_and_goes_on_after(start: Start, feed_of: FeedOf) -> None:
    platform = start()
    fill(feed_of(platform), records=1)
    until_visible(platform, 200)
    consumer = platform.process(Component.CONSUMER)
    consumer.signal(signal.SIGSTOP)
    try:
        assert platform.get("/devices/dev-00/latest", timeout=30).status_code == 503
    finally:
        consumer.signal(signal.SIGCONT)
    until_visible(platform, 200)


def test_the_internal_port_asks_who_is_asking(start: Start) -> None:
    platform = start()
    url = platform.endpoints.consumer_url
    assert httpx.get(f"{url}/api/v1/stats").status_code == 401
    assert httpx.post(f"{url}/internal/v1/reader/stats").status_code == 401
