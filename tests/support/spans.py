"""Spans that a test can look at: recorded in this process, or received from others as a collector would."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from telemetry.core.tracing.recording import OpenTelemetryRecorder

TRACE = "0af7651916cd43dd8448eb211c80319c"
CALLER = "b7ad6b7169203331"


def traceparent(trace: str = TRACE, span: str = CALLER, *, sampled: bool = True) -> bytes:
    return f"00-{trace}-{span}-{sampled:02d}".encode()


class Recorded:
    """A recorder, and what it has recorded."""

    def __init__(self, ratio: float = 0.0) -> None:
        self._exporter = InMemorySpanExporter()
        processor = SimpleSpanProcessor(self._exporter)
        self.recorder = OpenTelemetryRecorder(processor, platform="test", component="test", ratio=ratio)

    @property
    def spans(self) -> list[ReadableSpan]:
        return list(self._exporter.get_finished_spans())

    @property
    def span(self) -> ReadableSpan:
        (only,) = self.spans
        return only


class Collector:
    """What arrived by OTLP: the spans, each with its service's name."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.spans: list[tuple[str, Span]] = []

    def named(self, service: str, name: str) -> list[Span]:
        return [span for whose, span in list(self.spans) if (whose, span.name) == (service, name)]

    def take(self, body: bytes) -> None:
        for resource in ExportTraceServiceRequest.FromString(body).resource_spans:
            attributes = {it.key: it.value.string_value for it in resource.resource.attributes}
            for scope in resource.scope_spans:
                self.spans += [(attributes["service.name"], span) for span in scope.spans]


@contextmanager
def collector() -> Iterator[Collector]:
    """Run a collector that takes OTLP over HTTP."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            if self.path == "/v1/traces":
                collected.take(body)
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None: ...

    server = HTTPServer(("127.0.0.1", 0), Handler)
    collected = Collector(f"http://127.0.0.1:{server.server_port}")
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield collected
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
