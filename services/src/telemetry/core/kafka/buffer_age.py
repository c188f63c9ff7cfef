"""How long readings wait in Kafka to be stored, told from the consumer's heartbeats (`heartbeats` writes them).

A thread reads the compacted topic from its beginning, without a group: every producer needs all of it. A consumer that
is silent ages on, because nothing says that what came since its last word was stored.
"""

import logging
import threading
import time
from collections.abc import Mapping
from typing import Final

import structlog
from confluent_kafka import OFFSET_BEGINNING, Consumer, KafkaError, KafkaException, Message, TopicPartition

from telemetry.core.kafka.config import client_config
from telemetry.core.settings import KafkaSettings
from telemetry_contract.records import Heartbeat, Undecodable, UnknownVersion, decode_heartbeat
from telemetry_contract.times import MICROSECONDS_PER_SECOND
from telemetry_contract.topics import heartbeats_topic, readings_topic

METADATA_SECONDS: Final = 5.0
REFRESH_SECONDS: Final = 30.0  # between two looks at how many partitions there are
POLL_SECONDS: Final = 0.5
BATCH: Final = 500

log = structlog.get_logger(__name__)


def unread_since(partitions: int, heartbeats: Mapping[int, Heartbeat], started: int) -> int:
    """Return since when (microseconds) the oldest reading may wait; silent partitions count from `started`."""
    return min(
        (_since(heartbeats[partition]) if partition in heartbeats else started for partition in range(partitions)),
        default=started,
    )


def _since(heartbeat: Heartbeat) -> int:
    return heartbeat.at if heartbeat.oldest_unread is None else heartbeat.oldest_unread


class BufferAge:
    """Follows the heartbeats of all partitions of the readings topic."""

    def __init__(self, settings: KafkaSettings) -> None:
        """Start the reading thread."""
        self._settings = settings
        self._started = time.time_ns() // 1000
        self._heartbeats: dict[int, Heartbeat] = {}
        self._unread_since = self._started
        self._stopping = threading.Event()
        self._ends: set[int] = set()
        self._caught_up = threading.Event()
        self._thread = threading.Thread(target=self._run, name="kafka-heartbeats", daemon=True)
        self._thread.start()

    def seconds(self, now: float) -> float:
        """Return the buffer's age at `now` (seconds since the epoch)."""
        return max(0.0, now - self._unread_since / MICROSECONDS_PER_SECOND)

    def wait_until_read(self, seconds: float) -> bool:
        """Wait until all heartbeats that stood in the topic are read; tell whether they are."""
        return self._caught_up.wait(seconds)

    def close(self) -> None:
        self._stopping.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                self._follow()
            except KafkaException as error:
                log.warning("heartbeats-unreadable", error=str(error))
                self._stopping.wait(1)

    def _follow(self) -> None:
        consumer = Consumer(_consumer_config(self._settings), logger=logging.getLogger("librdkafka"))
        try:
            topic = heartbeats_topic(self._settings.topic_prefix)
            own = range(_count_partitions(consumer, topic))
            consumer.assign([TopicPartition(topic, partition, OFFSET_BEGINNING) for partition in own])
            self._ends = set(own)
            while not self._stopping.is_set():
                self._read_for_a_while(consumer)
        finally:
            consumer.close()

    def _read_for_a_while(self, consumer: Consumer) -> None:
        partitions = _count_partitions(consumer, readings_topic(self._settings.topic_prefix))
        until = time.monotonic() + REFRESH_SECONDS
        while time.monotonic() < until and not self._stopping.is_set():
            for message in consumer.consume(BATCH, POLL_SECONDS):
                self._note(message)
            self._unread_since = unread_since(partitions, self._heartbeats, self._started)
            if not self._ends:
                self._caught_up.set()

    def _note(self, message: Message) -> None:
        error = message.error()
        if error is None:
            self._remember(message.key(), message.value())
        elif error.code() == KafkaError._PARTITION_EOF:  # noqa: SLF001 - librdkafka's codes begin so
            self._ends.discard(message.partition() or 0)
        else:
            log.warning("heartbeats-unreadable", error=error.str())

    def _remember(self, key: str | bytes | None, value: str | bytes | None) -> None:
        """Keep a heartbeat; one that cannot be read is passed over, so that its partition ages on."""
        try:
            heartbeat = decode_heartbeat(value if isinstance(value, bytes) else None)
            self._heartbeats[int(key or b"")] = heartbeat
        except (Undecodable, UnknownVersion, ValueError) as error:
            log.warning("heartbeat-passed-over", key=str(key), error=str(error))


def _consumer_config(settings: KafkaSettings) -> dict[str, str | int | float | bool]:
    return client_config(settings) | {
        # librdkafka wants the name of a group even of those who join none.
        "group.id": f"{settings.topic_prefix}.heartbeat-readers",
        "enable.auto.commit": False,
        "enable.auto.offset.store": False,
        "auto.offset.reset": "earliest",
        "enable.partition.eof": True,
        "fetch.wait.max.ms": 500,
    }


def _count_partitions(consumer: Consumer, topic: str) -> int:
    """Return how many partitions a topic has.

    Raises:
        KafkaException: Kafka is away, or there is no such topic.
    """
    found = consumer.list_topics(topic, timeout=METADATA_SECONDS).topics[topic]
    if found.error is not None:
        raise KafkaException(found.error)
    return len(found.partitions)
