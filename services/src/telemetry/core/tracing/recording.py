"""Spans by OpenTelemetry, sent to a collector by OTLP over HTTP. Imported only where tracing is on.

A request has one span; a batch has one, linked to its requests'. A batch without a recorded request has none, so what
is recorded is decided once, where a trace begins: by the caller, within a bound, or else by chance.
"""

import logging
import random
import time
from collections.abc import Awaitable, Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Final

from opentelemetry.context import Context
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import SpanLimits, SpanProcessor, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.sdk.trace.sampling import ALWAYS_ON
from opentelemetry.trace import (
    Link,
    NonRecordingSpan,
    Span,
    SpanContext,
    SpanKind,
    Status,
    StatusCode,
    TraceFlags,
    Tracer,
    set_span_in_context,
)
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from telemetry.core.settings import ServerSettings
from telemetry.core.tracing.context import carry, current_trace, find_trace, is_sampled
from telemetry.core.tracing.requests import CarriedRequests

MOST_LINKS: Final = 128  # of one batch; more only say how many they were
FORCED_PER_SECOND: Final = 100  # requests of one process that are recorded because their callers want it
EXPORT_SECONDS: Final = 3.0
SERVER_ERROR: Final = 500
TRACES_PATH: Final = "/v1/traces"


class Choice:
    """Which requests are recorded: those that their callers record, up to a bound, and a share of the others."""

    def __init__(self, ratio: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._ratio = ratio
        self._clock = clock
        self._second = 0
        self._forced = 0

    def is_recorded(self, caller: bytes | None) -> bool:
        if caller is None:
            return random.random() < self._ratio  # noqa: S311 - a sample, no secret
        return is_sampled(caller) and self._may_be_forced()

    def _may_be_forced(self) -> bool:
        second = int(self._clock())
        if second != self._second:
            self._second, self._forced = second, 0
        self._forced += 1
        return self._forced <= FORCED_PER_SECOND


class OpenTelemetryRecorder:
    """Records spans by a provider of its own: nothing global, so that no library can add to it unasked."""

    def __init__(self, processor: SpanProcessor, *, platform: str, component: str, ratio: float) -> None:
        resource = Resource({"service.name": f"telemetry-{component}", "service.namespace": platform})
        limits = SpanLimits(max_links=MOST_LINKS)
        self._provider = TracerProvider(ALWAYS_ON, resource, shutdown_on_exit=False, span_limits=limits)
        self._provider.add_span_processor(processor)
        self._tracer = self._provider.get_tracer("telemetry")
        self._choice = Choice(ratio)

    def requests(self, app: ASGIApp) -> ASGIApp:
        return _RecordedRequests(app, self._tracer, self._choice)

    @contextmanager
    def batch(self, name: str, traces: Iterable[bytes | None], readings: int) -> Iterator[None]:
        recorded = dict.fromkeys(trace for trace in traces if trace is not None and is_sampled(trace))
        if not recorded:
            yield
            return
        links = [Link(_span_context_of(trace)) for trace, _ in zip(recorded, range(MOST_LINKS), strict=False)]
        attributes = {"telemetry.readings": readings, "telemetry.traces": len(recorded)}
        span = self._tracer.start_span(name, Context(), SpanKind.CONSUMER, attributes, links)
        before = current_trace()
        carry(_traceparent_of(span))
        try:
            yield
        except Exception as error:
            span.set_status(Status(StatusCode.ERROR, f"{type(error).__name__}: {error}"))
            raise
        finally:
            carry(before)
            span.end()

    def close(self) -> None:
        self._provider.shutdown()


def build_recorder(settings: ServerSettings, component: str) -> OpenTelemetryRecorder:
    """Return a recorder that sends to the settings' collector, in the background."""
    endpoint = (settings.otlp_endpoint or "").rstrip("/")
    # Of a collector that is away, one line at the end of the attempts is enough.
    logging.getLogger("opentelemetry").setLevel(logging.ERROR)
    exporter = OTLPSpanExporter(endpoint.removesuffix(TRACES_PATH) + TRACES_PATH, timeout=EXPORT_SECONDS)
    processor = BatchSpanProcessor(exporter)
    ratio = settings.trace_sampling_ratio
    return OpenTelemetryRecorder(processor, platform=settings.platform, component=component, ratio=ratio)


class _RecordedRequests(CarriedRequests):
    """Puts a span around each request that is to be recorded; the others only carry on what they bring."""

    def __init__(self, app: ASGIApp, tracer: Tracer, choice: Choice) -> None:
        super().__init__(app)
        self._tracer = tracer
        self._choice = choice

    def __call__(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        caller = find_trace(scope["headers"])
        if self._choice.is_recorded(caller):
            return self._record(caller, scope, receive, send)
        return super().__call__(scope, receive, send)

    async def _record(self, caller: bytes | None, scope: Scope, receive: Receive, send: Send) -> None:
        parent = Context() if caller is None else _context_of(caller)
        span = self._tracer.start_span(scope["method"], parent, SpanKind.SERVER)
        carry(_traceparent_of(span))
        status = 0

        async def send_and_note(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self.app(scope, receive, send_and_note)
        finally:
            _describe(span, scope, status)
            span.end()


def _describe(span: Span, scope: Scope, status: int) -> None:
    """Say what was asked and answered: by the route's template, never by the path, which names devices."""
    route = scope.get("route_path") or getattr(scope.get("route"), "path", None)
    span.set_attribute("http.request.method", scope["method"])
    if route is not None:
        span.update_name(f"{scope['method']} {route}")
        span.set_attribute("http.route", route)
    if status:
        span.set_attribute("http.response.status_code", status)
    if status >= SERVER_ERROR:
        span.set_status(Status(StatusCode.ERROR))


def _span_context_of(traceparent: bytes) -> SpanContext:
    _, trace, span, flags = traceparent.decode().split("-")
    return SpanContext(int(trace, 16), int(span, 16), is_remote=True, trace_flags=TraceFlags(int(flags, 16)))


def _context_of(traceparent: bytes) -> Context:
    return set_span_in_context(NonRecordingSpan(_span_context_of(traceparent)), Context())


def _traceparent_of(span: Span) -> bytes:
    context = span.get_span_context()
    return f"00-{context.trace_id:032x}-{context.span_id:016x}-{context.trace_flags & 1:02x}".encode()
