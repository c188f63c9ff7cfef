"""The stream as a Publisher: one idempotent librdkafka producer, polled by the event loop.

librdkafka works in threads of its own, and runs our callbacks when it is polled. While records are outstanding the loop
does so every millisecond: a thread that polls would take the interpreter from the loop for each burst of
acknowledgements. A producer whose idempotence broke (a fatal error) is replaced: what it had not delivered fails, and
is safe to send again because the consumer knows readings by their identity.
"""

import asyncio
import logging
import time
from collections.abc import Callable
from contextvars import copy_context
from functools import partial
from typing import Final, TypeAlias

import structlog
from confluent_kafka import KafkaError, KafkaException, Message, Producer
from prometheus_client import Histogram

from telemetry.core.circuit import Circuit
from telemetry.core.kafka.breaker import Breaker
from telemetry.core.kafka.config import Config
from telemetry.core.ports import Oversized, Saturated, Unavailable
from telemetry.core.tracing.context import HEADER, current_trace
from telemetry_contract.readings import Reading
from telemetry_contract.records import encode_erasure, encode_slice

SERVER: Final = "Kafka"
MAX_RECORD_BYTES: Final = 900_000  # below the 1 MB that brokers and clients take unless told otherwise
POLL_SECONDS: Final = 0.001  # while records are outstanding: added to their latency, half of it on average
IDLE_POLL_SECONDS: Final = 0.1  # otherwise: errors and logs
PURGE_SECONDS: Final = 0.1
METADATA_SECONDS: Final = 2.0
TOPIC_RETRY_SECONDS: Final = 1.0

DELIVERY: Final = Histogram(
    "telemetry_delivery_seconds",
    "Time from handing a record to the Kafka client to its acknowledgement by all in-sync replicas",
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
)
"""How much of a client's wait is Kafka's?"""

log = structlog.get_logger(__name__)

Headers: TypeAlias = dict[str, str | bytes | None] | None
MakeProducer = Callable[[Config, Callable[[KafkaError], None]], Producer]


def producer_config(client: Config, *, delivery_seconds: float) -> Config:
    """Return a producer's configuration: acknowledged by all in-sync replicas, in order, once, or failed in time."""
    return client | {
        "acks": "all",
        "enable.idempotence": True,
        "delivery.timeout.ms": int(delivery_seconds * 1000),
        "linger.ms": 2,
        "socket.nagle.disable": True,
        "partitioner": "murmur2_random",  # as Java's clients choose, so that a device is in one place whoever writes
        "queue.buffering.max.kbytes": 131_072,
        "message.max.bytes": 1_000_000,
    }


def make_producer(config: Config, on_error: Callable[[KafkaError], None]) -> Producer:
    return Producer({**config, "error_cb": on_error}, logger=logging.getLogger("librdkafka"))


class KafkaPublisher:
    """Publishes slices of requests to the readings topic."""

    def __init__(self, config: Config, topic: str, *, make: MakeProducer = make_producer) -> None:
        """Start to poll; `config` is `producer_config`'s. To be called in the event loop, as everything here."""
        self._config = config
        self._topic = topic
        self._make = make
        self._loop = asyncio.get_running_loop()
        self._own = copy_context()  # for polling, which a request may begin and which outlives it
        self._breaker = Breaker()
        self._circuit = Circuit(SERVER, self._answers)
        self._fatal = False
        self._producer = make(config, self._on_error)
        self._polling = self._loop.call_later(IDLE_POLL_SECONDS, self._poll, context=self._own)
        self._idle = True

    @property
    def outstanding(self) -> int:
        """Records sent and not yet answered for."""
        return self._breaker.outstanding

    def publish(self, device: str, readings: list[Reading], received: int) -> asyncio.Future[None]:
        """Publish one device's readings, as one record unless it would be too large for a broker.

        The future fails with `Unavailable` where the acknowledgement did not come, with `Oversized` where a single
        reading makes a record that no broker takes.
        """
        value = encode_slice(received, readings)
        if len(value) <= MAX_RECORD_BYTES:
            return self._produce(device, value)
        if len(readings) == 1:
            return self._refuse(Oversized(f"as a record it has {len(value)} bytes, at most {MAX_RECORD_BYTES} fit"))
        middle = len(readings) // 2
        halves = (self.publish(device, half, received) for half in (readings[:middle], readings[middle:]))
        return asyncio.ensure_future(_all(asyncio.gather(*halves)))

    def publish_erasure(self, device: str, ordered: int) -> asyncio.Future[None]:
        """Publish the order to erase a device, behind what was published of it before; it fails as `publish` does."""
        return self._produce(device, encode_erasure(ordered))

    async def wait_for_topic(self) -> None:
        """Wait until Kafka answers and knows the topic."""
        while not await self._answers():
            log.warning("kafka-topic-awaited", topic=self._topic)
            await asyncio.sleep(TOPIC_RETRY_SECONDS)

    async def close(self, seconds: float) -> None:
        """Wait until what was published is acknowledged or failed, `seconds` at most; then stop polling."""
        until = self._loop.time() + seconds
        while self.outstanding and self._loop.time() < until:  # noqa: ASYNC110 - what ends it comes by polling as well
            await asyncio.sleep(POLL_SECONDS)
        self._polling.cancel()
        await self._circuit.close()

    def _produce(self, device: str, value: bytes) -> asyncio.Future[None]:
        now = time.monotonic()
        if not self._admits(now):
            return self._refuse(Unavailable("Kafka does not acknowledge"))
        future = self._loop.create_future()
        trace = current_trace()
        headers: Headers = None if trace is None else {HEADER: trace}
        delivered = partial(self._on_delivery, future, now)
        try:
            self._producer.produce(self._topic, value, device, on_delivery=delivered, headers=headers)
        except BufferError:
            return self._refuse(Saturated("too many records wait for Kafka"))
        except KafkaException as error:
            return self._refuse(self._failure(error.args[0]))
        self._breaker.sent(now)
        if self._idle:
            self._poll_soon()
        return future

    def _admits(self, now: float) -> bool:
        breaker = self._breaker
        if not breaker.is_open and breaker.stalls(now):
            breaker.open()
            self._circuit.note_failure(TimeoutError("nothing is acknowledged"))
        return not (breaker.is_open and self._circuit.away) and breaker.admits(now)

    def _refuse(self, error: Exception) -> asyncio.Future[None]:
        future = self._loop.create_future()
        future.set_exception(error)
        return future

    def _failure(self, error: KafkaError) -> Exception:
        if error.fatal() or error.code() == KafkaError._FATAL:  # noqa: SLF001 - librdkafka's own codes begin so
            self._fatal = True
        if error.code() == KafkaError.MSG_SIZE_TOO_LARGE:
            return Oversized("no broker takes a record of this size")
        return Unavailable(f"Kafka did not acknowledge: {error.name()}")

    def _poll_soon(self) -> None:
        self._idle = False
        self._polling.cancel()
        self._polling = self._loop.call_later(POLL_SECONDS, self._poll, context=self._own)

    def _poll(self) -> None:
        try:
            self._producer.poll(0)
            if self._fatal:
                self._replace()
        finally:
            self._idle = self._breaker.outstanding == 0
            pause = IDLE_POLL_SECONDS if self._idle else POLL_SECONDS
            self._polling = self._loop.call_later(pause, self._poll, context=self._own)

    def _replace(self) -> None:
        """Make the producer anew; a fatal one takes nothing more, and gives back at once what it holds."""
        old, self._producer = self._producer, self._make(self._config, self._on_error)
        old.purge()
        old.flush(PURGE_SECONDS)
        self._fatal = False  # what was purged said so again
        log.error("kafka-producer-replaced")

    def _on_error(self, error: KafkaError) -> None:
        # Others pass, and librdkafka's own log tells of them without repeating itself.
        if error.fatal():
            log.error("kafka-producer-fatal", error=error.str(), code=error.name())
            self._fatal = True

    def _on_delivery(self, future: asyncio.Future[None], sent: float, error: KafkaError | None, _: Message) -> None:
        now = time.monotonic()
        failure = None if error is None else self._failure(error)
        if isinstance(failure, Unavailable):
            self._breaker.failed()
            self._circuit.note_failure(failure)
        else:
            self._breaker.acknowledged(now)
        if future.done():
            return  # its request is gone
        if failure is None:
            DELIVERY.observe(now - sent)
            future.set_result(None)
        else:
            future.set_exception(failure)

    async def _answers(self) -> bool:
        return await asyncio.to_thread(self._knows_topic)

    def _knows_topic(self) -> bool:
        """Tell whether Kafka answers, and all partitions of the topic have leaders."""
        try:
            metadata = self._producer.list_topics(self._topic, timeout=METADATA_SECONDS)
        except KafkaException:
            return False
        found = metadata.topics.get(self._topic)
        if found is None or found.error is not None:
            return False
        return bool(found.partitions) and all(it.leader >= 0 for it in found.partitions.values())


async def _all(halves: asyncio.Future[list[None]]) -> None:
    await halves
