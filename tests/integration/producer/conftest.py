"""The producer as a process before the real Kafka, and the topics as a consumer sees them."""

import secrets
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Self

import httpx
import pytest
from confluent_kafka import OFFSET_BEGINNING, Consumer, Producer, TopicPartition
from confluent_kafka.admin import AdminClient

from telemetry.core.kafka.topics import ensure_topics, platform_topics
from telemetry_contract.keys import Keyring, format_keyring, make_device_key
from telemetry_contract.readings import Reading
from telemetry_contract.records import Heartbeat, decode_slice, encode_heartbeat
from telemetry_contract.settings import Component, Variable
from telemetry_contract.times import MICROSECONDS_PER_SECOND, format_time
from telemetry_contract.topics import heartbeats_topic, readings_topic
from tests.support.platform import Process
from tests.support.ports import take_port

PARTITIONS = 2
MAX_AGE_SECONDS = 3600
RING = Keyring("k1", {"k1": secrets.token_bytes(32)})

StartProducer = Callable[..., "RunningProducer"]


class RunningProducer:
    """One producer, and requests to it."""

    def __init__(self, bootstrap: str, prefix: str, directory: Path, **variables: str) -> None:
        (directory / "keys.json").write_bytes(format_keyring(RING))
        port, management_port = take_port(), take_port()
        environment = {
            Variable.PLATFORM: "test",
            Variable.WRITES: "kafka",
            Variable.STORE: "postgres",
            Variable.READS: "direct",
            Variable.PORT: str(port),
            Variable.MANAGEMENT_PORT: str(management_port),
            Variable.KEYS_FILE: str(directory / "keys.json"),
            Variable.RETENTION_SECONDS: "86400",
            Variable.KAFKA_BOOTSTRAP: bootstrap,
            Variable.TOPIC_PREFIX: prefix,
            Variable.MAX_BUFFER_AGE_SECONDS: str(MAX_AGE_SECONDS),
            Variable.DEVICE_RATE: "100000",
            Variable.DEVICE_BURST: "100000",
            **variables,
        }
        texts = {str(name): value for name, value in environment.items()}
        self.process = Process(Component.PRODUCER, texts, directory / "producer.log")
        self.client = httpx.Client(base_url=f"http://127.0.0.1:{port}/api/v1", timeout=30)

    def start(self) -> Self:
        self.process.start().until_ready()
        return self

    def stop(self) -> int | None:
        self.client.close()
        return self.process.stop()

    def send(self, device: str, number: int) -> httpx.Response:
        """Send one reading, whose id is the number."""
        body = {"id": str(number), "time": format_time(time.time_ns() // 1000), "metrics": {"n": number}}
        return self.client.post(f"/devices/{device}/readings", json=body, headers=headers_of(device))


def headers_of(device: str) -> dict[str, str]:
    return {"authorization": f"Bearer {make_device_key(RING, device)}"}


def make_topics(bootstrap: str, prefix: str) -> None:
    topics = platform_topics(prefix, partitions=PARTITIONS, replication=1, min_insync=1, retention_seconds=86_400)
    ensure_topics(AdminClient({"bootstrap.servers": bootstrap}), topics)


def published(bootstrap: str, prefix: str) -> list[Reading]:
    """Return all readings that stand in the topic, by partition and offset."""
    topic = readings_topic(prefix)
    config = {"bootstrap.servers": bootstrap, "group.id": prefix, "enable.partition.eof": True}
    consumer = Consumer(config | {"enable.auto.commit": False})
    consumer.assign([TopicPartition(topic, partition, OFFSET_BEGINNING) for partition in range(PARTITIONS)])
    found: list[Reading] = []
    ends = 0
    while ends < PARTITIONS:
        for message in consumer.consume(1000, 0.2):
            if message.error() is not None:
                ends += 1
                continue
            found += decode_slice(message.key(), message.value())[1]
    consumer.close()
    return found


def beat(bootstrap: str, prefix: str, *, unread_seconds: float | None) -> None:
    """Send a heartbeat of every partition, with a reading that waits for so long."""
    now = time.time_ns() // 1000
    since = None if unread_seconds is None else now - int(unread_seconds * MICROSECONDS_PER_SECOND)
    producer = Producer({"bootstrap.servers": bootstrap})
    for partition in range(PARTITIONS):
        producer.produce(heartbeats_topic(prefix), encode_heartbeat(Heartbeat(now, since)), str(partition))
    assert producer.flush(30) == 0


@pytest.fixture
def topics(kafka_bootstrap: str, topic_prefix: str) -> str:
    """The prefix of this test's topics, which exist."""
    make_topics(kafka_bootstrap, topic_prefix)
    return topic_prefix


@pytest.fixture
def producer(kafka_bootstrap: str, topics: str, tmp_path: Path) -> Iterator[RunningProducer]:
    running = RunningProducer(kafka_bootstrap, topics, tmp_path)
    try:
        yield running.start()
    finally:
        running.stop()
