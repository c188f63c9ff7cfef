"""The platform's topics: how they are set up, that they are there, and which topic a name stands for just now.

A name is not enough to know a topic by: one that was deleted and made anew has the same name, other records, and
another id. Offsets are therefore kept by the topic's id.
"""

import time
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

import msgspec
import structlog
from confluent_kafka import KafkaError, KafkaException, TopicCollection
from confluent_kafka.admin import (
    AdminClient,
    AlterConfigOpType,
    ConfigEntry,
    ConfigResource,
    NewTopic,
    ResourceType,
    TopicDescription,
)

from telemetry_contract.topics import dead_letters_topic, heartbeats_topic, readings_topic

if TYPE_CHECKING:
    from concurrent.futures import Future

MILLISECONDS: Final = 1000
SEGMENTS: Final = 24  # of a topic's retention: what is past it goes one segment at a time
MIN_SEGMENT_SECONDS: Final = 600.0
MAX_SEGMENT_SECONDS: Final = 86_400.0
HEARTBEAT_SEGMENT_BYTES: Final = 1 << 20
HEARTBEAT_SEGMENT_SECONDS: Final = 600
MAX_LETTER_BYTES: Final = 2 << 20  # a record as large as Kafka takes, and the words about it
REQUEST_SECONDS: Final = 10.0
VISIBLE_PAUSE_SECONDS: Final = 0.05

log = structlog.get_logger(__name__)


class Topic(msgspec.Struct, frozen=True):
    """A topic as it should be."""

    name: str
    partitions: int
    replication: int
    config: dict[str, str]


class TopicMissingError(LookupError):
    """No topic has this name, or Kafka does not show it to us."""


def platform_topics(
    prefix: str, *, partitions: int, replication: int, min_insync: int, retention_seconds: float
) -> list[Topic]:
    """Return the topics of a platform. Heartbeats are few: one partition, compacted, read whole by every producer."""
    durable = {"min.insync.replicas": str(min_insync), "unclean.leader.election.enable": "false"}
    return [
        Topic(readings_topic(prefix), partitions, replication, durable | readings_config(retention_seconds)),
        Topic(heartbeats_topic(prefix), 1, replication, durable | heartbeats_config()),
    ]


def dead_letters_of(prefix: str, *, replication: int, min_insync: int) -> Topic:
    """Return the topic of dead letters, for platforms without a database: it keeps the last letter of each origin."""
    durable = {"min.insync.replicas": str(min_insync), "unclean.leader.election.enable": "false"}
    return Topic(dead_letters_topic(prefix), 1, replication, durable | dead_letters_config())


def readings_config(retention_seconds: float) -> dict[str, str]:
    """Return how long records are kept, without a cap on bytes that could drop what is not stored yet."""
    segment = min(max(retention_seconds / SEGMENTS, MIN_SEGMENT_SECONDS), MAX_SEGMENT_SECONDS)
    return {
        "cleanup.policy": "delete",
        "retention.ms": _milliseconds(retention_seconds),
        "retention.bytes": "-1",
        "segment.ms": _milliseconds(segment),
        # By the broker's clock: a producer whose clock is behind must not shorten what it writes.
        "message.timestamp.type": "LogAppendTime",
    }


def heartbeats_config() -> dict[str, str]:
    """Return small segments, because the active one is never compacted and producers read the topic from its start."""
    return {
        "cleanup.policy": "compact",
        "segment.bytes": str(HEARTBEAT_SEGMENT_BYTES),
        "segment.ms": _milliseconds(HEARTBEAT_SEGMENT_SECONDS),
        "min.cleanable.dirty.ratio": "0.1",
    }


def dead_letters_config() -> dict[str, str]:
    """Return room for a letter about a record as large as brokers take, and that letters outlive the readings."""
    return {
        "cleanup.policy": "compact",
        "max.message.bytes": str(MAX_LETTER_BYTES),
        "segment.ms": _milliseconds(MAX_SEGMENT_SECONDS),
    }


def ensure_topics(admin: AdminClient, topics: Sequence[Topic]) -> None:
    """Create what is missing; of what is there, correct the retention and report other differences.

    Raises:
        KafkaException: Kafka is away, or refused.
        TopicMissingError: a topic was created and does not show.
    """
    for topic in topics:
        if _create(admin, topic):
            _await_visible(admin, topic)
            log.info("topic-created", topic=topic.name, partitions=topic.partitions, replication=topic.replication)
        else:
            _check_partitions(admin, topic)
            _correct_retention(admin, topic)


def topic_id(admin: AdminClient, name: str, *, timeout: float = REQUEST_SECONDS) -> UUID:
    """Return the id of the topic that has this name now.

    Raises:
        TopicMissingError: there is none.
        KafkaException: Kafka is away, or refused.
    """
    identifier: Any = _describe(admin, name, timeout).topic_id  # its type information lacks both methods
    halves = (identifier.get_most_significant_bits(), identifier.get_least_significant_bits())
    return UUID(bytes=b"".join(half.to_bytes(8, signed=True) for half in halves))


def _create(admin: AdminClient, topic: Topic) -> bool:
    new = NewTopic(topic.name, topic.partitions, topic.replication, config=topic.config)
    try:
        _result(admin.create_topics([new], request_timeout=REQUEST_SECONDS)[topic.name])
    except KafkaException as error:
        if error.args[0].code() == KafkaError.TOPIC_ALREADY_EXISTS:
            return False
        raise
    return True


def _await_visible(admin: AdminClient, topic: Topic) -> None:
    """Wait until brokers show the new topic: the controller answers before they do."""
    deadline = time.monotonic() + REQUEST_SECONDS
    while True:
        try:
            _describe(admin, topic.name, REQUEST_SECONDS)
        except TopicMissingError:
            if time.monotonic() > deadline:
                raise
            time.sleep(VISIBLE_PAUSE_SECONDS)
        else:
            return


def _check_partitions(admin: AdminClient, topic: Topic) -> None:
    found = len(_describe(admin, topic.name, REQUEST_SECONDS).partitions)
    if found != topic.partitions:
        # More of them would send devices elsewhere and end the order per device; fewer cannot be.
        log.warning("topic-partitions-differ", topic=topic.name, found=found, wanted=topic.partitions)


def _correct_retention(admin: AdminClient, topic: Topic) -> None:
    resource = ConfigResource(ResourceType.TOPIC, topic.name)
    entries = _result(admin.describe_configs([resource], request_timeout=REQUEST_SECONDS)[resource])
    wanted = {name: topic.config[name] for name in ("retention.ms", "retention.bytes") if name in topic.config}
    wrong = {name: value for name, value in wanted.items() if entries[name].value != value}
    if not wrong:
        return
    changes = [ConfigEntry(name, value, incremental_operation=AlterConfigOpType.SET) for name, value in wrong.items()]
    change = ConfigResource(ResourceType.TOPIC, topic.name, incremental_configs=changes)
    _result(admin.incremental_alter_configs([change], request_timeout=REQUEST_SECONDS)[change])
    log.warning(
        "topic-retention-corrected", topic=topic.name, **{name.replace(".", "_"): wrong[name] for name in wrong}
    )


def _describe(admin: AdminClient, name: str, timeout: float) -> TopicDescription:
    futures = admin.describe_topics(TopicCollection([name]), request_timeout=timeout)
    try:
        description: TopicDescription = _result(futures[name])
    except KafkaException as error:
        if error.args[0].code() == KafkaError.UNKNOWN_TOPIC_OR_PART:
            raise TopicMissingError(f"there is no topic {name}; `python -m telemetry.core.prepare` makes it") from error
        raise
    return description


def _result(future: "Future[Any]") -> Any:  # noqa: ANN401 - each request has its own
    return future.result(REQUEST_SECONDS + 5)


def _milliseconds(seconds: float) -> str:
    return str(round(seconds * MILLISECONDS))
