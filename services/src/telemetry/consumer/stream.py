"""The readings topic as a member of the consumer group reads it.

Partitions come by eager rebalances (`range`): every assignment begins by asking the sink for all its positions, one
query that makes whatever was read before it irrelevant. Cooperative ones would keep some partitions flowing for the
fraction of a second that this takes, at the price of state that outlives an assignment. Until positions are known the
assignment is empty for librdkafka. Offsets committed to Kafka are a mirror for lag tools.
"""

import logging
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Final, Protocol, cast
from uuid import UUID

import structlog
from confluent_kafka import Consumer, KafkaError, KafkaException, Message, TopicPartition
from confluent_kafka.admin import AdminClient
from msgspec import structs

from telemetry.consumer.batches import Record
from telemetry.core.kafka.config import client_config
from telemetry.core.kafka.topics import TopicMissingError, topic_id
from telemetry.core.settings import KafkaSettings
from telemetry.core.tracing.context import HEADER, parse_traceparent
from telemetry.core.tracing.spans import is_recording
from telemetry_contract.topics import consumer_group, readings_topic

log = structlog.get_logger(__name__)

REQUEST_SECONDS: Final = 2.0
SILENCE_SECONDS: Final = 10.0  # between two lines about the same error
MICROSECONDS: Final = 1000  # in one of Kafka's milliseconds

CONFIG: Final = {
    "enable.auto.commit": False,
    "enable.auto.offset.store": False,
    "auto.offset.reset": "earliest",
    "partition.assignment.strategy": "range",
    # The least that brokers allow by default: how long a killed consumer's partitions lie idle.
    "session.timeout.ms": 6000,
    "heartbeat.interval.ms": 500,
    "max.poll.interval.ms": 60_000,
    # A topic that was made anew is seen within this time.
    "topic.metadata.refresh.interval.ms": 5000,
    "queued.max.messages.kbytes": 16_384,
    "fetch.queue.backoff.ms": 20,
    # Errors come through the callback, where they are told once in a while.
    "log_level": 2,
}


class StreamLostError(Exception):
    """This consumer cannot go on; a new one can."""


class Listener(Protocol):
    """What the stream tells from inside `read`."""

    def assigned(self, partitions: Sequence[int]) -> None: ...

    def revoked(self) -> None:
        """Our partitions go to others once this returns."""
        ...

    def lost(self) -> None:
        """Our partitions are others' already."""
        ...


class Stream:
    """One membership in the group, from construction to `close`; call it from one thread."""

    def __init__(self, settings: KafkaSettings, listener: Listener) -> None:
        self._topic = readings_topic(settings.topic_prefix)
        self._listener = listener
        self._fatal: KafkaError | None = None
        self._lost = False
        self._told: dict[str, float] = {}
        group = {"group.id": consumer_group(settings.topic_prefix), "error_cb": self._failed}
        config = client_config(settings)
        self._admin = AdminClient({**config, "log_level": 0})
        # Headers are asked for only where somebody wants them: asking costs a call for each record.
        self._record = _record_with_trace if is_recording() else _record
        self._consumer = Consumer({**config, **CONFIG, **group}, logger=logging.getLogger("librdkafka"))
        self._join()

    def topic_id(self) -> UUID | None:
        """Return the id of the topic that has the name now, `None` where there is none or Kafka does not answer."""
        try:
            return topic_id(self._admin, self._topic, timeout=REQUEST_SECONDS)
        except (TopicMissingError, KafkaException) as error:
            self._tell("topic-unknown", str(error))
            return None

    def read(self, limit: int, timeout: float) -> list[Record]:
        """Return up to `limit` records, waiting at most `timeout` seconds; the listener is called in here.

        Raises:
            StreamLostError: this consumer has failed for good, or the group went on without it.
        """
        messages = self._consumer.consume(limit, timeout)
        if self._fatal is not None:
            raise StreamLostError(self._fatal.str())
        if self._lost:
            raise StreamLostError("the group went on without it")
        return [self._record(message) for message in messages if self._is_good(message)]

    def assign(self, positions: Mapping[int, int]) -> None:
        """Read these partitions from these offsets on, and no others."""
        self._consumer.assign(self._partitions(positions))

    def pause(self, partitions: Iterable[int]) -> None:
        self._consumer.pause(self._partitions(dict.fromkeys(partitions, 0)))

    def resume(self, partitions: Iterable[int]) -> None:
        self._consumer.resume(self._partitions(dict.fromkeys(partitions, 0)))

    def mirror(self, positions: Mapping[int, int]) -> None:
        """Tell Kafka how far we are, for tools that show lag; nothing of ours reads it."""
        try:
            self._consumer.commit(offsets=self._partitions(positions), asynchronous=True)
        except KafkaException as error:
            log.debug("offsets-not-mirrored", error=str(error))

    def end(self, partition: int) -> int | None:
        """Return the offset behind the partition's last record, as the last fetch saw it."""
        _, high = self._consumer.get_watermark_offsets(TopicPartition(self._topic, partition), cached=True)
        return high if high >= 0 else None

    def beginning(self, partition: int) -> int | None:
        """Ask Kafka for the offset of the partition's first record; `None` where it does not answer."""
        try:
            low, _ = self._consumer.get_watermark_offsets(TopicPartition(self._topic, partition), REQUEST_SECONDS)
        except KafkaException as error:
            self._tell("watermarks-unknown", str(error))
            return None
        return low

    def close(self) -> None:
        """Leave the group, so that others have our partitions at once."""
        self._consumer.close()

    def _join(self) -> None:
        self._consumer.subscribe(
            [self._topic], on_assign=self._on_assign, on_revoke=self._on_revoke, on_lost=self._on_lost
        )

    def _partitions(self, offsets: Mapping[int, int]) -> list[TopicPartition]:
        return [TopicPartition(self._topic, partition, offset) for partition, offset in offsets.items()]

    def _on_assign(self, consumer: Consumer, partitions: list[TopicPartition]) -> None:
        # Their positions are not known yet: this keeps librdkafka from assigning them by its own offsets.
        consumer.assign([])
        self._listener.assigned([it.partition for it in partitions])

    def _on_revoke(self, consumer: Consumer, _partitions: list[TopicPartition]) -> None:
        self._listener.revoked()
        consumer.unassign()

    def _on_lost(self, consumer: Consumer, _partitions: list[TopicPartition]) -> None:
        self._listener.lost()
        consumer.unassign()
        # It should join again by itself, and was seen not to where Kafka and its group's coordinator had restarted.
        self._lost = True

    def _is_good(self, message: Message) -> bool:
        error = message.error()
        if error is None:
            return True
        if error.fatal():
            raise StreamLostError(error.str())
        self._tell("stream-error", error.str())
        return False

    def _failed(self, error: KafkaError) -> None:
        if error.fatal():
            self._fatal = error
        self._tell("kafka-unreachable", error.str())

    def _tell(self, event: str, reason: str) -> None:
        """Log an event unless it was logged just before: while Kafka is away there are several a second."""
        now = time.monotonic()
        if now - self._told.get(event, -SILENCE_SECONDS) >= SILENCE_SECONDS:
            self._told[event] = now
            log.warning(event, reason=reason)


OpenStream = Callable[[KafkaSettings, Listener], Stream]


def _record(message: Message) -> Record:
    _, milliseconds = message.timestamp()
    # Both are typed as optional for messages that were not consumed.
    partition, offset = message.partition() or 0, message.offset() or 0
    return Record(partition, offset, milliseconds * MICROSECONDS, message.key(), message.value())


def _record_with_trace(message: Message) -> Record:
    headers = cast("list[tuple[str, bytes | None]]", message.headers() or [])  # its type allows for what is sent
    found = [value for name, value in headers if name == HEADER]
    trace = parse_traceparent(found[0]) if len(found) == 1 and found[0] else None
    return structs.replace(_record(message), trace=trace)
