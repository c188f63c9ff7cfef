"""Heartbeats of the consumer, the writer's side: how far it is with each partition, about every second.

They go to a compacted topic, one key a partition. One that cannot be delivered soon is dropped: a later one says more.
"""

from typing import Final

import structlog
from confluent_kafka import KafkaError, KafkaException, Message, Producer

from telemetry.core.kafka.config import client_config
from telemetry.core.settings import KafkaSettings
from telemetry_contract.records import Heartbeat, encode_heartbeat
from telemetry_contract.topics import heartbeats_topic

log = structlog.get_logger(__name__)

DELIVERY_MILLISECONDS: Final = 3000
FLUSH_SECONDS: Final = 1.0


def heartbeat_key(partition: int) -> bytes:
    """Return the key under which a partition's newest heartbeat stands."""
    return str(partition).encode()


class HeartbeatWriter:
    """Sends heartbeats without waiting for them; call it from one thread."""

    def __init__(self, settings: KafkaSettings) -> None:
        self._topic = heartbeats_topic(settings.topic_prefix)
        self._lost = 0
        self._producer = Producer(
            {
                **client_config(settings),
                "acks": 1,
                "linger.ms": 0,
                "delivery.timeout.ms": DELIVERY_MILLISECONDS,
                # The consumer reports that Kafka is away; once is enough.
                "log_level": 0,
            }
        )

    def send(self, partition: int, heartbeat: Heartbeat) -> None:
        try:
            self._producer.produce(
                self._topic, encode_heartbeat(heartbeat), heartbeat_key(partition), on_delivery=self._delivered
            )
        except (BufferError, KafkaException) as error:
            log.warning("heartbeat-refused", error=str(error))
        self._producer.poll(0)

    def close(self) -> None:
        self._producer.flush(FLUSH_SECONDS)

    def _delivered(self, error: KafkaError | None, _message: Message) -> None:
        if error is None:
            self._lost = 0
            return
        self._lost += 1
        if self._lost == 1:
            log.warning("heartbeats-not-delivered", error=error.str())
