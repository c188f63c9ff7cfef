"""The readings topic for a consumer that keeps all history: every partition, by assignment, without a group.

The group's name serves only to tell Kafka how far we are, for tools that show lag.
"""

import time
from typing import Final

from confluent_kafka import KafkaException

from telemetry.consumer.batches import Record
from telemetry.consumer.stream import REQUEST_SECONDS, Stream, StreamLostError

LOOK_SECONDS: Final = 30.0  # between two looks at how many partitions there are
RETRY_SECONDS: Final = 1.0


class WholeStream(Stream):
    """All partitions, from construction to `close`."""

    def _join(self) -> None:
        self._count = 0
        self._next_look = 0.0

    def read(self, limit: int, timeout: float) -> list[Record]:
        """As `Stream.read`; a topic that has grown ends this stream, so that a new one begins with all of it."""
        if time.monotonic() >= self._next_look:
            self._look()
        return super().read(limit, timeout)

    def _look(self) -> None:
        count = self._count_partitions()
        self._next_look = time.monotonic() + (LOOK_SECONDS if count else RETRY_SECONDS)
        if not count or count == self._count:
            return
        if self._count:
            raise StreamLostError(f"the topic has {count} partitions now, it had {self._count}")
        self._count = count
        self._listener.assigned(list(range(count)))

    def _count_partitions(self) -> int:
        """Return how many partitions there are, 0 where Kafka does not say."""
        try:
            found = self._consumer.list_topics(self._topic, REQUEST_SECONDS).topics[self._topic]
        except KafkaException as error:
            self._tell("partitions-unknown", str(error))
            return 0
        return 0 if found.error is not None else len(found.partitions)
