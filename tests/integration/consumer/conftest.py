"""The consumer's loop in this process, on a topic of the test's own, before a sink that the test can take away."""

import time
from collections.abc import Callable, Iterator

import pytest
from confluent_kafka import OFFSET_BEGINNING, Consumer, TopicPartition
from confluent_kafka.admin import AdminClient

from telemetry.consumer.runner import Runner
from telemetry.consumer.settings import ConsumerSettings
from telemetry.core.kafka.topics import ensure_topics, platform_topics
from telemetry_contract.architecture import Reads, Store, Writes
from telemetry_contract.records import Heartbeat, decode_heartbeat
from telemetry_contract.topics import heartbeats_topic
from tests.support.feed import Feed
from tests.support.memory_sink import MemorySink

PARTITIONS = 2


class Heartbeats:
    """The newest heartbeat of each partition, read as a producer reads them."""

    def __init__(self, bootstrap: str, prefix: str) -> None:
        config = {"bootstrap.servers": bootstrap, "group.id": f"{prefix}-reader", "enable.auto.commit": False}
        self._consumer = Consumer(config)
        self._consumer.assign([TopicPartition(heartbeats_topic(prefix), 0, OFFSET_BEGINNING)])
        self._newest: dict[int, Heartbeat] = {}

    def newest(self) -> dict[int, Heartbeat]:
        for message in self._consumer.consume(1000, 0.05):
            assert message.error() is None
            self._newest[int(message.key() or b"")] = decode_heartbeat(message.value())
        return self._newest

    def close(self) -> None:
        self._consumer.close()


@pytest.fixture
def settings(kafka_bootstrap: str, topic_prefix: str) -> ConsumerSettings:
    return ConsumerSettings(
        platform="test",
        writes=Writes.KAFKA,
        store=Store.POSTGRES,
        reads=Reads.DIRECT,
        management_port=1,
        postgres_url="postgresql://nobody@127.0.0.1/nothing",
        retention_seconds=86_400,
        kafka_bootstrap=kafka_bootstrap,
        topic_prefix=topic_prefix,
        batch_readings=1000,
    )


@pytest.fixture
def admin(kafka_bootstrap: str) -> AdminClient:
    return AdminClient({"bootstrap.servers": kafka_bootstrap})


@pytest.fixture
def feed(admin: AdminClient, kafka_bootstrap: str, topic_prefix: str) -> Feed:
    topics = platform_topics(topic_prefix, partitions=PARTITIONS, replication=1, min_insync=1, retention_seconds=86_400)
    ensure_topics(admin, topics)
    return Feed(kafka_bootstrap, topic_prefix)


@pytest.fixture
def heartbeats(feed: Feed, kafka_bootstrap: str, topic_prefix: str) -> Iterator[Heartbeats]:
    reader = Heartbeats(kafka_bootstrap, topic_prefix)
    yield reader
    reader.close()


@pytest.fixture
def sink() -> MemorySink:
    return MemorySink()


@pytest.fixture
def run(feed: Feed, settings: ConsumerSettings) -> Iterator[Callable[[MemorySink], Runner]]:
    """Start a consumer before a sink; it ends with the test."""
    runners: list[Runner] = []
    failures: list[float] = []

    def start(sink: MemorySink) -> Runner:
        runner = Runner(settings, sink, ready=lambda: None, failed=lambda: failures.append(time.time()))
        runner.start()
        runners.append(runner)
        return runner

    yield start
    for runner in runners:
        runner.stop()
    assert not failures, "the consumer met an unforeseen error; see its log"
