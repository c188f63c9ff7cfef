"""Readings put into the stream as the producer puts them there, with a memory of what Kafka acknowledged."""

import time
from collections.abc import Callable, Sequence
from typing import Self

from confluent_kafka import KafkaError, Message, Producer

from telemetry_contract.identity import identify
from telemetry_contract.readings import Reading
from telemetry_contract.records import encode_slice
from telemetry_contract.topics import readings_topic


def now_microseconds() -> int:
    return time.time_ns() // 1000


class Feed:
    """Sends records; `sent` and `acknowledged` are sets of identities."""

    def __init__(self, bootstrap: str, prefix: str) -> None:
        self.topic = readings_topic(prefix)
        self.sent: set[bytes] = set()
        self.acknowledged: set[bytes] = set()
        self.records = 0  # acknowledged, of any content
        config = {"bootstrap.servers": bootstrap, "acks": "all", "enable.idempotence": True, "log_level": 0}
        # Metadata of a topic that was deleted and made anew must not be remembered for minutes.
        self._producer = Producer({**config, "linger.ms": 2, "topic.metadata.refresh.interval.ms": 500})

    def send(self, device: str, *readings: Reading) -> None:
        identities = {identify(reading).identity for reading in readings}
        self.sent |= identities
        value = encode_slice(now_microseconds(), list(readings))
        self._produce(device.encode(), value, lambda: self.acknowledged.update(identities))

    def send_raw(self, key: bytes | None, value: bytes | None, *, partition: int = -1) -> None:
        self._produce(key, value, lambda: None, partition)

    def flush(self) -> Self:
        assert self._producer.flush(60) == 0, "Kafka did not acknowledge in time"
        return self

    def _produce(self, key: bytes | None, value: bytes | None, note: Callable[[], None], partition: int = -1) -> None:
        def delivered(error: KafkaError | None, _message: Message) -> None:
            if error is None:
                self.records += 1
                note()

        while True:
            try:
                self._producer.produce(self.topic, value, key, partition=partition, on_delivery=delivered)
            except BufferError:
                self._producer.poll(0.1)
            else:
                self._producer.poll(0)
                return


def readings_of(device: str, count: int, *, first: int = 0) -> Sequence[Reading]:
    """Return readings of one device, different from all that other calls with other numbers return."""
    begin = now_microseconds()
    return [Reading(device, begin - number, {"value": first + number}) for number in range(count)]
