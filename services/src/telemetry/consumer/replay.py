"""From where to where the log is to be read again: Kafka is asked by time, and for its ends as they are now."""

from collections.abc import Sequence
from typing import Final, Protocol

from confluent_kafka import Consumer, KafkaException, TopicPartition

from telemetry.consumer.sink import SinkAwayError
from telemetry.core.kafka.config import client_config
from telemetry.core.settings import KafkaSettings
from telemetry_contract.topics import consumer_group, readings_topic

REQUEST_SECONDS: Final = 5.0
MICROSECONDS: Final = 1000  # in one of Kafka's milliseconds

Stretches = dict[int, tuple[int, int]]  # by partition: the first offset to read, and the one behind the last record


class Log(Protocol):
    """The readings topic, as a replay sees it."""

    def stretches(self, partitions: Sequence[int], since: int) -> Stretches:
        """Return what partitions hold that was appended at a time (microseconds) or later.

        Raises:
            SinkAwayError: Kafka does not say.
        """
        ...


class KafkaLog:
    """Asks Kafka, with a client for each question: there are few."""

    def __init__(self, settings: KafkaSettings) -> None:
        self._topic = readings_topic(settings.topic_prefix)
        # librdkafka wants the name of a group even of those who join none.
        group = {"group.id": consumer_group(settings.topic_prefix), "enable.auto.commit": False, "log_level": 0}
        self._config = {**client_config(settings), **group}

    def stretches(self, partitions: Sequence[int], since: int) -> Stretches:
        consumer = Consumer(self._config)
        try:
            asked = [TopicPartition(self._topic, number, max(0, since // MICROSECONDS)) for number in partitions]
            return dict(self._stretch(consumer, it) for it in consumer.offsets_for_times(asked, REQUEST_SECONDS))
        except KafkaException as error:
            raise SinkAwayError(f"Kafka does not say where the replay begins: {error}") from error
        finally:
            consumer.close()

    def _stretch(self, consumer: Consumer, found: TopicPartition) -> tuple[int, tuple[int, int]]:
        if found.error is not None:
            raise KafkaException(found.error)
        low, high = consumer.get_watermark_offsets(TopicPartition(self._topic, found.partition), REQUEST_SECONDS)
        # No offset is what Kafka answers where nothing is as young.
        return found.partition, (high if found.offset < 0 else max(low, found.offset), high)
