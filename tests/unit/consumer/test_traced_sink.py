from collections.abc import Iterator
from uuid import UUID

import pytest
from msgspec import structs

from telemetry.consumer.batches import Batch, BatchBuilder
from telemetry.consumer.sink import SinkAwayError
from telemetry.consumer.traced_sink import TracedSink, traced
from telemetry.core.tracing.spans import use_recorder
from tests.support.memory_sink import MemorySink
from tests.support.spans import CALLER, Recorded, traceparent
from tests.unit.consumer.building import record_of

TOPIC = UUID(int=1)


@pytest.fixture
def recorded() -> Iterator[Recorded]:
    recorded = Recorded()
    use_recorder(recorded.recorder)
    yield recorded
    use_recorder(None)


def batch_with(*traces: bytes | None) -> Batch:
    builder = BatchBuilder()
    for offset, trace in enumerate(traces):
        builder.add(structs.replace(record_of(offset, offset), trace=trace), expected=offset, now=0.0)
    return builder.take(TOPIC)


def test_a_batch_is_linked_to_the_requests_whose_records_it_holds(recorded: Recorded) -> None:
    sink = MemorySink()
    sink.positions(TOPIC, [0])
    traced(sink).apply(batch_with(None, traceparent(), traceparent()))
    assert [f"{link.context.span_id:016x}" for link in recorded.span.links] == [CALLER]
    assert len(sink.identities) == 3


def test_a_batch_that_is_not_stored_is_an_error_of_its_span(recorded: Recorded) -> None:
    sink = MemorySink()
    sink.away.set()
    with pytest.raises(SinkAwayError):
        traced(sink).apply(batch_with(traceparent()))
    assert recorded.span.status.description == "SinkAwayError: taken away by the test"


def test_nothing_stands_before_the_sink_while_tracing_is_off() -> None:
    sink = MemorySink()
    assert traced(sink) is sink
    assert not isinstance(sink, TracedSink)
