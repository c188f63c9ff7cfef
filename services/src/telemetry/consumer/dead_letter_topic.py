"""Where dead letters go if there is no database: a compacted topic, acknowledged by all in-sync replicas.

A letter's key is its origin, so that a replay that buries it again changes nothing.
"""

import logging
from collections.abc import Iterable
from typing import Final
from uuid import UUID

from confluent_kafka import KafkaError, KafkaException, Message, Producer

from telemetry.consumer.sink import SinkAwayError
from telemetry.core.dead_letters import LetterPlace
from telemetry.core.kafka.config import client_config
from telemetry.core.kafka.topics import MAX_LETTER_BYTES
from telemetry.core.postgres.ledger import DeadLetter
from telemetry.core.settings import KafkaSettings
from telemetry_contract.dead_letters import BuriedLetter, encode_letter
from telemetry_contract.topics import dead_letters_topic

DELIVERY_SECONDS: Final = 10.0


class DeadLetterTopic:
    """Buries letters; call it from one thread."""

    def __init__(self, settings: KafkaSettings) -> None:
        self._topic = dead_letters_topic(settings.topic_prefix)
        self._failures: list[KafkaError] = []
        config = {
            **client_config(settings),
            "acks": "all",
            "enable.idempotence": True,
            "delivery.timeout.ms": int(DELIVERY_SECONDS * 1000),
            "message.max.bytes": MAX_LETTER_BYTES,
            "linger.ms": 1,
        }
        self._config = config
        self._producer = self._make()

    def bury(self, topic: UUID, partition: int, letters: Iterable[DeadLetter]) -> None:
        """Return when all letters are acknowledged.

        Raises:
            SinkAwayError: not all are; burying them again is safe.
        """
        buried = [BuriedLetter(topic, partition, it.offset, it.item, it.reason, it.payload) for it in letters]
        self._send([(letter.key, encode_letter(letter)) for letter in buried])

    def dig_up(self, places: Iterable[LetterPlace]) -> None:
        """Have the topic forget the letters from these places, when it is compacted; it fails as `bury` does."""
        nothing = [BuriedLetter(it.topic, it.partition, it.offset, it.item, "", b"") for it in places]
        if nothing:
            self._send([(letter.key, None) for letter in nothing])

    def _send(self, records: Iterable[tuple[bytes, bytes | None]]) -> None:
        self._failures.clear()
        try:
            for key, value in records:
                self._produce(key, value)
            waiting = self._producer.flush(DELIVERY_SECONDS + 1)
        except KafkaException as error:
            self._failed(error.args[0])
            raise SinkAwayError(f"a dead letter was refused: {error}") from error
        if self._failures or waiting:
            reason = self._failures[0].str() if self._failures else "no answer in time"
            raise SinkAwayError(f"dead letters were not acknowledged: {reason}")

    def _produce(self, key: bytes, value: bytes | None) -> None:
        while True:
            try:
                self._producer.produce(self._topic, value, key, on_delivery=self._delivered)
            except BufferError:
                self._producer.poll(1.0)
            else:
                return

    def _make(self) -> Producer:
        return Producer(self._config, logger=logging.getLogger("librdkafka"))

    def _delivered(self, error: KafkaError | None, _message: Message) -> None:
        if error is not None:
            self._failed(error)

    def _failed(self, error: KafkaError) -> None:
        self._failures.append(error)
        if error.fatal() or error.code() == KafkaError._FATAL:  # noqa: SLF001 - librdkafka's own codes begin so
            self._producer = self._make()
