"""One trace, from a client's span through producer and Kafka to the consumer's batch; and through a group commit."""

import json
import secrets
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from telemetry_contract.settings import Component, Variable
from telemetry_contract.times import format_time
from tests.support.platform import RunningPlatform
from tests.support.spans import Collector, collector, traceparent

ROUTE = "POST /api/v1/devices/{device}/readings"


@pytest.fixture
def collected() -> Iterator[Collector]:
    with collector() as running:
        yield running


def send_traced(platform: RunningPlatform, trace: str, span: str, **reading: object) -> None:
    body = {"time": format_time(time.time_ns() // 1000), "metrics": {"n": 1}, **reading}
    headers = platform.device_headers("pump") | {"traceparent": traceparent(trace, span).decode()}
    assert platform.send("pump", body, headers=headers).status_code == platform.accepted[0]


def tracing_to(collected: Collector) -> dict[str, object]:
    return {"tracing": {"endpoint": collected.address, "samplingRatio": 0}}


def requests_of(collected: Collector, trace: str) -> list[Span]:
    return [span for span in collected.named("telemetry-producer", ROUTE) if span.trace_id.hex() == trace]


def linked(batches: list[Span], request: Span) -> list[Span]:
    return [it for it in batches if any(link.span_id == request.span_id for link in it.links)]


def test_a_trace_leads_from_the_client_through_kafka_to_the_batch(
    collected: Collector, tmp_path: Path, database_url: str, kafka_bootstrap: str
) -> None:
    spec = {"architecture": "stream-postgres", "observability": tracing_to(collected)}
    platform = RunningPlatform(spec, tmp_path, postgres_url=database_url, kafka_bootstrap=kafka_bootstrap)
    trace, client = secrets.token_hex(16), secrets.token_hex(8)
    platform.process(Component.CONSUMER).environment[str(Variable.LOG_LEVEL)] = "debug"
    try:
        platform.start()
        send_traced(platform, trace, client)
        platform.until_stored(1, "pump")
    finally:
        platform.stop()
    (request,) = requests_of(collected, trace)
    assert request.parent_span_id.hex() == client
    (batch,) = linked(collected.named("telemetry-consumer", "store batch"), request)
    assert [link.trace_id.hex() for link in batch.links] == [trace]
    assert batch.trace_id.hex() != trace
    lines = [json.loads(line) for line in (tmp_path / "consumer.log").read_text().splitlines()]
    assert batch.trace_id.hex() in [line.get("trace_id") for line in lines if line["event"] == "batch-stored"]


def test_a_trace_leads_to_the_group_that_committed_it(collected: Collector, tmp_path: Path, database_url: str) -> None:
    spec = {"architecture": "baseline", "observability": tracing_to(collected)}
    platform = RunningPlatform(spec, tmp_path, postgres_url=database_url)
    trace = secrets.token_hex(16)
    try:
        platform.start()
        send_traced(platform, trace, secrets.token_hex(8))
    finally:
        platform.stop()
    (request,) = requests_of(collected, trace)
    assert len(linked(collected.named("telemetry-producer", "commit group"), request)) == 1


def test_what_a_collector_that_is_away_would_have_got_costs_only_that(tmp_path: Path, database_url: str) -> None:
    away = {"tracing": {"endpoint": "http://127.0.0.1:1", "samplingRatio": 1}}
    platform = RunningPlatform({"architecture": "baseline", "observability": away}, tmp_path, postgres_url=database_url)
    try:
        platform.start()
        send_traced(platform, secrets.token_hex(16), secrets.token_hex(8))
        assert platform.digest("pump")[0] == 1
        assert platform.process(Component.PRODUCER).stop() == 0, "it has to end within its time"
    finally:
        platform.stop()
