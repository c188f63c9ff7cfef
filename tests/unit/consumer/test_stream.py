"""The stream's membership, without a Kafka that answers."""

from collections.abc import Sequence

import pytest

from telemetry.consumer.stream import Stream, StreamLostError
from telemetry.core.settings import KafkaSettings


class Silent:
    def assigned(self, partitions: Sequence[int]) -> None: ...
    def revoked(self) -> None: ...
    def lost(self) -> None: ...


def test_a_consumer_that_the_group_went_on_without_is_to_be_made_anew() -> None:
    stream = Stream(KafkaSettings(kafka_bootstrap="127.0.0.1:1", topic_prefix="lost"), Silent())
    try:
        stream._on_lost(stream._consumer, [])
        with pytest.raises(StreamLostError, match="the group went on"):
            stream.read(1, 0)
    finally:
        stream.close()
