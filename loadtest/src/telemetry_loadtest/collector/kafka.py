"""Kafka: how many records came in and how many the consumer group has before it, by offsets alone.

A broker tells how many bytes its log has only by ways that this client does not know, so that bytes are `unavailable`.
"""

from concurrent.futures import Future
from typing import Any, Final, TypeAlias

from confluent_kafka import ConsumerGroupTopicPartitions, KafkaException, TopicPartition
from confluent_kafka.admin import AdminClient, ListOffsetsResultInfo, OffsetSpec

from telemetry_loadtest.collector.config import KafkaTarget
from telemetry_loadtest.collector.figures import Counts, gauge, rate
from telemetry_loadtest.collector.sources import SECONDS, Question, Source, UnavailableError

Ends: TypeAlias = dict[TopicPartition, Future[ListOffsetsResultInfo]]
Committed: TypeAlias = dict[str, Future[ConsumerGroupTopicPartitions]]

PATIENCE: Final = 2 * SECONDS  # for what the client does around a request
QUESTIONS: Final = (
    Question("ends", (rate("records-in", "records/s", "ends"),)),
    Question("lag", (gauge("group-lag", "records", "lag"),)),
    Question("bytes", (rate("bytes-in", "bytes/s", "bytes"),)),
)


def kafka_source(target: KafkaTarget) -> Source:
    return Source("kafka", QUESTIONS, lambda: Offsets(target))


class Offsets:
    """One client that joins no group."""

    def __init__(self, target: KafkaTarget) -> None:
        self._target = target
        options: dict[str, Any] = {"bootstrap.servers": target.bootstrap, "log_level": 0, **target.options}
        self._client = AdminClient(options)
        self._partitions = self._found_partitions()

    def ask(self, question: str) -> Counts:
        if question == "bytes":
            raise UnavailableError("the size of a log cannot be asked for by this client")
        try:
            ends = self._ends()
            return {"ends": float(sum(ends.values()))} if question == "ends" else {"lag": self._lag(ends)}
        except KafkaException as error:
            raise UnavailableError(_in_words(error)) from None
        except TimeoutError:
            raise UnavailableError(f"no answer within {PATIENCE:g} s") from None

    def close(self) -> None:
        """Nothing is held but the client, which ends with its last reference."""

    def _found_partitions(self) -> list[TopicPartition]:
        topic = self._target.topic
        try:
            found = self._client.list_topics(topic, timeout=SECONDS).topics[topic]
        except KafkaException as error:
            raise UnavailableError(_in_words(error)) from None
        if found.error is not None:
            raise UnavailableError(f"the topic {topic}: {found.error.str()}")
        return [TopicPartition(topic, number) for number in found.partitions]

    def _ends(self) -> dict[int, int]:
        latest: OffsetSpec = OffsetSpec.latest()  # type: ignore[no-untyped-call] # theirs
        futures: Ends = self._client.list_offsets(dict.fromkeys(self._partitions, latest), request_timeout=SECONDS)
        return {one.partition: future.result(PATIENCE).offset for one, future in futures.items()}

    def _lag(self, ends: dict[int, int]) -> float:
        """Records behind what the group committed; a partition of which it committed nothing is not in it."""
        group = self._target.group
        asked = ConsumerGroupTopicPartitions(group, self._partitions)
        futures: Committed = self._client.list_consumer_group_offsets([asked], request_timeout=SECONDS)
        committed = futures[group].result(PATIENCE).topic_partitions or []
        known = [one for one in committed if one.error is None and one.offset >= 0]
        if not known:
            raise UnavailableError(f"the group {group} has committed no offset")
        return float(sum(max(ends[one.partition] - one.offset, 0) for one in known))


def _in_words(error: KafkaException) -> str:
    return str(error.args[0].str() if error.args and hasattr(error.args[0], "str") else error)
