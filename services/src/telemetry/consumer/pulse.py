"""What is told about each partition every second: a heartbeat for the producers, gauges for those who watch."""

import time
from typing import Final

from telemetry.consumer import metrics
from telemetry.consumer.partitions import Partition, heartbeat_of
from telemetry.consumer.stream import Stream
from telemetry.core.kafka.heartbeats import HeartbeatWriter
from telemetry_contract.times import MICROSECONDS_PER_SECOND

BEAT_SECONDS: Final = 1.0


class Pulse:
    """Beats for the partitions of one session."""

    def __init__(self, stream: Stream, heartbeats: HeartbeatWriter) -> None:
        self._stream = stream
        self._heartbeats = heartbeats
        self._next = 0.0

    def is_due(self) -> bool:
        """Tell whether it is time for a beat, which counts as made."""
        now = time.monotonic()
        if now < self._next:
            return False
        self._next = now + BEAT_SECONDS
        return True

    def beat(self, partition: Partition, in_hand: int | None, *, fetching: bool) -> None:
        """Tell what is known of a partition; `in_hand` is when the oldest record read but not stored was received."""
        end = self._stream.end(partition.number)
        now = time.time_ns() // 1000
        heartbeat = heartbeat_of(partition, in_hand=in_hand, end=end, fetching=fetching, now=now)
        label = str(partition.number)
        if heartbeat is not None:
            self._heartbeats.send(partition.number, heartbeat)
            since = now if heartbeat.oldest_unread is None else heartbeat.oldest_unread
            metrics.UNREAD_AGE.labels(label).set(max(0.0, (now - since) / MICROSECONDS_PER_SECOND))
        if end is not None:
            metrics.LAG.labels(label).set(max(0, end - partition.stored))
