"""What goes wrong with a stream: consumers come and go and wake too late, its topic is made anew, it holds poison."""

import itertools
import signal
import time

import httpx
from confluent_kafka import Consumer, TopicPartition
from confluent_kafka.admin import AdminClient

from telemetry_contract.readings import Reading
from telemetry_contract.records import encode_slice
from telemetry_contract.settings import Variable
from telemetry_contract.topics import consumer_group, readings_topic
from telemetry_operator.specs.layout import Server
from tests.faults.actions import end
from tests.faults.probe import recover
from tests.faults.stage import SPEC, Stage
from tests.support.feed import Feed, now_microseconds, readings_of
from tests.support.waiting import wait_until

PARTITIONS = range(SPEC["kafka"]["topic"]["partitions"])
DAY = 86_400 * 1_000_000
CALM = 10  # looks in a row that find nothing unread


def rebalance(stage: Stage) -> float:
    """Let each of two consumers go in its turn, and come back."""
    end(stage, "consumer")
    until_consumed_by(stage, "consumer-1")
    stage.services["consumer"].start().until_ready()
    begun = time.monotonic()
    end(stage, "consumer-1")
    stage.services["consumer-1"].start().until_ready()
    return begun


def wake_zombie(stage: Stage) -> float:
    """Stop a consumer until another has all its partitions, and let it go on where it was."""
    stage.services["consumer"].signal(signal.SIGSTOP)
    until_consumed_by(stage, "consumer-1")
    stage.services["consumer"].signal(signal.SIGCONT)
    return time.monotonic()


def until_consumed_by(stage: Stage, name: str) -> None:
    """Wait until one consumer has every partition, and has stored something of what it got."""
    consumer = stage.services[name]

    def lags() -> bool:
        text = httpx.get(f"{consumer.management_url}/metrics").text
        return all(f'telemetry_consumer_lag_records{{partition="{it}"}}' in text for it in PARTITIONS)

    wait_until(lags, what=f"{name} has every partition")
    read = consumer.metric("telemetry_consumer_records_total", fate="read")
    wait_until(
        lambda: consumer.metric("telemetry_consumer_records_total", fate="read") > read + 20, what=f"{name} goes on"
    )


def make_topic_anew(stage: Stage) -> float:
    """Delete the topic when all of it is read, and make it again, while the producer stands still in full flow.

    Kafka was restarted before: the old topic's leader epochs are above those of the new one.
    """
    stage.servers[Server.KAFKA].stop()
    stage.servers[Server.KAFKA].start()
    recover(stage, time.monotonic())
    topic, admin = topic_of(stage), AdminClient({"bootstrap.servers": stage.servers[Server.KAFKA].address})
    producer = stage.services["producer"]
    producer.signal(signal.SIGSTOP)
    try:
        until_all_is_read(stage)
        admin.delete_topics([topic])[topic].result(30)
        wait_until(lambda: topic not in admin.list_topics(timeout=10).topics, what="the topic is gone")
        stage.prepare_twice()
    finally:
        producer.signal(signal.SIGCONT)
    return time.monotonic()


def until_all_is_read(stage: Stage) -> None:
    """Wait until the consumers have told Kafka that they are at the end of every partition."""
    prefix = stage.services["consumer"].environment[Variable.TOPIC_PREFIX]
    asked = [TopicPartition(topic_of(stage), number) for number in PARTITIONS]
    address = stage.servers[Server.KAFKA].address
    consumer = Consumer({"bootstrap.servers": address, "group.id": consumer_group(prefix), "log_level": 0})

    def is_read() -> bool:
        ends = [consumer.get_watermark_offsets(it, 5)[1] for it in asked]
        return all(max(it.offset, 0) == high for it, high in zip(consumer.committed(asked, 5), ends, strict=True))

    try:
        calm = (all(is_read() for _ in range(CALM)) for _ in itertools.count())
        wait_until(lambda: next(calm), what="the stream is read to its end")
    finally:
        consumer.close()


def topic_of(stage: Stage) -> str:
    return readings_topic(stage.services["consumer"].environment[Variable.TOPIC_PREFIX])


def poison_the_stream(stage: Stage) -> float:
    """Put among good records what is none, and readings of next week; all are buried, and nothing waits for them."""
    before = dead_letters(stage)
    feed = Feed(stage.servers[Server.KAFKA].address, stage.services["consumer"].environment[Variable.TOPIC_PREFIX])
    for number in range(20):
        device = f"amid-poison-{number}"
        feed.send_raw(device.encode(), b"\x01 not a record")
        feed.send(device, *readings_of(device, 3))
        future = Reading(device, now_microseconds() + 7 * DAY, {"value": 1})
        feed.send_raw(device.encode(), encode_slice(now_microseconds(), [future]))
    feed.flush()
    stage.sent |= feed.sent
    stage.acknowledged |= feed.acknowledged
    begun = time.monotonic()
    wait_until(lambda: dead_letters(stage) == before + 40, what="40 dead letters")
    return begun


def dead_letters(stage: Stage) -> int:
    return int(stage.platform.get("/integrity").raise_for_status().json()["dead_letters"])
