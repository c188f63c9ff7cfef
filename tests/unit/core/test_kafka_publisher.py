import asyncio
from collections.abc import AsyncIterator, Callable
from types import SimpleNamespace
from typing import Any

import pytest
from confluent_kafka import KafkaError, KafkaException, Producer

from telemetry.core.kafka.config import Config
from telemetry.core.kafka.publisher import MAX_RECORD_BYTES, KafkaPublisher, producer_config
from telemetry.core.ports import Oversized, Saturated, Unavailable
from telemetry.core.tracing.context import carry
from telemetry_contract.readings import Reading
from telemetry_contract.records import decode_slice
from tests.support.spans import traceparent

OnDelivery = Callable[[KafkaError | None, Any], None]


class FakeProducer:
    """Keeps what is produced until the test says what becomes of it; `poll` runs the callbacks, as librdkafka does."""

    def __init__(self, on_error: Callable[[KafkaError], None]) -> None:
        self.on_error = on_error
        self.records: list[tuple[str, bytes]] = []
        self.headers: list[dict[str, bytes] | None] = []
        self.refusal: Exception | None = None
        self.reachable = True
        self.leader = 1
        self._waiting: list[OnDelivery] = []
        self._due: list[tuple[OnDelivery, KafkaError | None]] = []

    def produce(
        self, _topic: str, value: bytes, key: str, on_delivery: OnDelivery, headers: dict[str, bytes] | None
    ) -> None:
        if self.refusal is not None:
            raise self.refusal
        self.records.append((key, value))
        self.headers.append(headers)
        self._waiting.append(on_delivery)

    def answer(self, error: KafkaError | None = None) -> None:
        """Answer for all that waits."""
        self._due += [(callback, error) for callback in self._waiting]
        self._waiting = []

    def list_topics(self, topic: str, timeout: float) -> Any:  # noqa: ANN401 - librdkafka's metadata
        assert timeout > 0
        if not self.reachable:
            raise KafkaException(KafkaError(KafkaError._TRANSPORT))
        partitions = {0: SimpleNamespace(leader=self.leader)}
        return SimpleNamespace(topics={topic: SimpleNamespace(error=None, partitions=partitions)})

    def poll(self, _seconds: float) -> None:
        due, self._due = self._due, []
        for callback, error in due:
            callback(error, None)

    def purge(self) -> None:
        self.answer(KafkaError(KafkaError._PURGE_QUEUE))

    def flush(self, seconds: float) -> None:
        self.poll(seconds)


class Kafka:
    """The producers that a publisher has made."""

    def __init__(self) -> None:
        self.made: list[FakeProducer] = []

    @property
    def producer(self) -> FakeProducer:
        return self.made[-1]

    def make(self, _config: Config, on_error: Callable[[KafkaError], None]) -> Producer:
        self.made.append(FakeProducer(on_error))
        return self.producer  # type: ignore[return-value] # as much of one as a publisher uses


@pytest.fixture
def kafka() -> Kafka:
    return Kafka()


@pytest.fixture
async def publisher(kafka: Kafka) -> AsyncIterator[KafkaPublisher]:
    publisher = KafkaPublisher({}, "p.readings", make=kafka.make)
    yield publisher
    await publisher.close(0)


def _readings(count: int = 1, text: str = "x") -> list[Reading]:
    return [Reading("d-1", number, {"a": text}) for number in range(count)]


async def test_nothing_is_published_before_it_is_acknowledged(kafka: Kafka, publisher: KafkaPublisher) -> None:
    delivery = publisher.publish("d-1", _readings(), 7)
    await asyncio.sleep(0)
    assert not delivery.done()
    kafka.producer.answer()
    await delivery
    assert publisher.outstanding == 0


async def test_a_record_is_keyed_by_its_device(kafka: Kafka, publisher: KafkaPublisher) -> None:
    publisher.publish("d-1", _readings(2), 7)
    ((key, value),) = kafka.producer.records
    assert decode_slice(key.encode(), value) == (7, _readings(2))


async def test_what_kafka_does_not_acknowledge_is_unavailable(kafka: Kafka, publisher: KafkaPublisher) -> None:
    delivery = publisher.publish("d-1", _readings(), 7)
    kafka.producer.answer(KafkaError(KafkaError._MSG_TIMED_OUT))
    with pytest.raises(Unavailable):
        await delivery


async def _fail_once(kafka: Kafka, publisher: KafkaPublisher) -> None:
    failed = publisher.publish("d-1", _readings(), 7)
    kafka.producer.answer(KafkaError(KafkaError._MSG_TIMED_OUT))
    with pytest.raises(Unavailable):
        await failed


async def test_while_kafka_cannot_be_reached_everybody_is_told_at_once(kafka: Kafka, publisher: KafkaPublisher) -> None:
    kafka.producer.reachable = False
    await _fail_once(kafka, publisher)
    for _ in range(10):
        with pytest.raises(Unavailable):
            await publisher.publish("d-1", _readings(), 7)
    assert publisher.outstanding == 0


async def test_once_it_is_reachable_a_probe_finds_out_whether_it_acknowledges(
    kafka: Kafka, publisher: KafkaPublisher
) -> None:
    await _fail_once(kafka, publisher)
    await publisher._circuit.until_up()
    probe = publisher.publish("d-1", _readings(), 7)
    with pytest.raises(Unavailable):
        await publisher.publish("d-1", _readings(), 7)
    kafka.producer.answer()
    await probe
    publisher.publish("d-1", _readings(), 7)
    assert publisher.outstanding == 1


async def test_a_partition_without_a_leader_is_not_there(kafka: Kafka, publisher: KafkaPublisher) -> None:
    kafka.producer.leader = -1
    assert not await publisher._answers()


async def test_a_full_queue_is_saturation(kafka: Kafka, publisher: KafkaPublisher) -> None:
    kafka.producer.refusal = BufferError()
    with pytest.raises(Saturated):
        await publisher.publish("d-1", _readings(), 7)


async def test_a_request_that_is_gone_does_not_disturb_the_others(kafka: Kafka, publisher: KafkaPublisher) -> None:
    gone, other = (publisher.publish("d-1", _readings(), 7) for _ in range(2))
    gone.cancel()
    kafka.producer.answer()
    await other


async def test_a_fatal_producer_is_made_anew_and_gives_back_what_it_held(
    kafka: Kafka, publisher: KafkaPublisher
) -> None:
    lost = publisher.publish("d-1", _readings(), 7)
    kafka.producer.on_error(KafkaError(KafkaError._FATAL, fatal=True))
    with pytest.raises(Unavailable):
        await lost
    assert len(kafka.made) == 2
    await publisher._circuit.until_up()
    delivery = publisher.publish("d-1", _readings(), 7)
    kafka.producer.answer()
    await delivery


async def test_a_producer_that_refuses_as_fatal_is_made_anew(kafka: Kafka, publisher: KafkaPublisher) -> None:
    kafka.producer.refusal = KafkaException(KafkaError(KafkaError._FATAL))
    with pytest.raises(Unavailable):
        await publisher.publish("d-1", _readings(), 7)
    publisher._poll()
    assert len(kafka.made) == 2


async def test_a_slice_too_large_for_a_broker_goes_as_several_records(kafka: Kafka, publisher: KafkaPublisher) -> None:
    readings = _readings(5000, "x" * 250)
    delivery = publisher.publish("d-1", readings, 7)
    assert all(len(value) <= MAX_RECORD_BYTES for _, value in kafka.producer.records)
    carried = [it for key, value in kafka.producer.records for it in decode_slice(key.encode(), value)[1]]
    assert carried == readings
    kafka.producer.answer()
    await delivery


async def test_of_several_records_all_must_be_acknowledged(kafka: Kafka, publisher: KafkaPublisher) -> None:
    delivery = publisher.publish("d-1", _readings(5000, "x" * 250), 7)
    kafka.producer._due = [(kafka.producer._waiting.pop(), KafkaError(KafkaError._MSG_TIMED_OUT))]
    kafka.producer.answer()
    with pytest.raises(Unavailable):
        await delivery


async def test_a_single_reading_too_large_for_a_broker_is_oversized(publisher: KafkaPublisher) -> None:
    metrics: dict[str, int | float | bool | str] = {f"m{number}": "x" * 250 for number in range(5000)}
    with pytest.raises(Oversized):
        await publisher.publish("d-1", [Reading("d-1", 0, metrics)], 7)


async def test_closing_waits_for_what_is_outstanding(kafka: Kafka, publisher: KafkaPublisher) -> None:
    delivery = publisher.publish("d-1", _readings(), 7)
    closing = asyncio.ensure_future(publisher.close(60))
    await asyncio.sleep(0)
    assert not closing.done()
    kafka.producer.answer()
    await closing
    assert delivery.done()


def test_the_delivery_deadline_is_librdkafkas() -> None:
    config = producer_config({}, delivery_seconds=2.5)
    assert (config["delivery.timeout.ms"], config["acks"], config["enable.idempotence"]) == (2500, "all", True)


async def test_a_record_carries_on_the_trace_of_its_request(kafka: Kafka, publisher: KafkaPublisher) -> None:
    publisher.publish("d-1", _readings(), 7)
    carry(traceparent())
    publisher.publish("d-1", _readings(), 7)
    assert kafka.producer.headers == [None, {"traceparent": traceparent()}]
