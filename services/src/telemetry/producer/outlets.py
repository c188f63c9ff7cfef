"""Where readings go from the producer: to the stream, or into PostgreSQL. Chosen once, at start, from the settings."""

import asyncio
import math
import threading
import time
from typing import Protocol

from telemetry.core.kafka.buffer_age import BufferAge
from telemetry.core.kafka.config import client_config
from telemetry.core.kafka.eraser import KafkaEraser
from telemetry.core.kafka.publisher import KafkaPublisher, producer_config
from telemetry.core.ports import Eraser
from telemetry.core.postgres.eraser import PostgresEraser
from telemetry.core.postgres.partitions import keep_partitions
from telemetry.core.postgres.writer import PostgresWriter
from telemetry.producer.acceptors import Acceptor, StoreAcceptor, StreamAcceptor
from telemetry.producer.admission import BufferGate
from telemetry.producer.metrics import BUFFER_AGE, OUTSTANDING
from telemetry.producer.settings import ProducerSettings
from telemetry_contract.architecture import Writes
from telemetry_contract.times import MICROSECONDS_PER_SECOND
from telemetry_contract.topics import readings_topic


class Outlet(Protocol):
    """What makes readings durable, and whether it may take more just now."""

    acceptor: Acceptor
    eraser: Eraser
    gate: BufferGate

    async def start(self) -> None:
        """Return when readings can be accepted."""
        ...

    async def stop(self) -> None:
        """Finish what was begun; no request waits any more."""
        ...


class StreamOutlet:
    """Kafka, with a look at how long its readings wait to be stored."""

    acceptor: Acceptor
    eraser: Eraser

    def __init__(self, settings: ProducerSettings) -> None:
        config = producer_config(client_config(settings), delivery_seconds=settings.delivery_seconds)
        self._drain_seconds = settings.drain_seconds
        self._publisher = KafkaPublisher(config, readings_topic(settings.topic_prefix))
        self._buffer = BufferAge(settings)
        self.acceptor = StreamAcceptor(self._publisher)
        self.eraser = KafkaEraser(self._publisher)
        self.gate = BufferGate(lambda: self._buffer.seconds(time.time()), settings.max_buffer_age_seconds)
        OUTSTANDING.set_function(lambda: self._publisher.outstanding)
        BUFFER_AGE.set_function(self.gate.age)

    async def start(self) -> None:
        await self._publisher.wait_for_topic()
        while not await asyncio.to_thread(self._buffer.wait_until_read, 1.0):
            pass

    async def stop(self) -> None:
        await self._publisher.close(self._drain_seconds)
        await asyncio.to_thread(self._buffer.close)


class StoreOutlet:
    """PostgreSQL; who writes there also keeps its partitions."""

    acceptor: Acceptor
    eraser: Eraser

    def __init__(self, settings: ProducerSettings) -> None:
        url = settings.postgres_url.get_secret_value() if settings.postgres_url else ""
        retention = int(settings.retention_seconds * MICROSECONDS_PER_SECOND)
        self._writer = PostgresWriter(url, retention=retention, seconds=settings.delivery_seconds)
        self._stopping = threading.Event()
        self._keeping = threading.Thread(
            target=keep_partitions, args=(url, retention, self._stopping), name="partitions", daemon=True
        )
        self.acceptor = StoreAcceptor(self._writer)
        self.eraser = PostgresEraser(url)
        self.gate = BufferGate(lambda: 0.0, math.inf)

    async def start(self) -> None:
        await self._writer.until_up()
        self._keeping.start()

    async def stop(self) -> None:
        self._stopping.set()
        await self._writer.close()


def build_outlet(settings: ProducerSettings) -> Outlet:
    """Return the outlet of the architecture; to be called in the event loop."""
    return StoreOutlet(settings) if settings.writes is Writes.DIRECT else StreamOutlet(settings)
