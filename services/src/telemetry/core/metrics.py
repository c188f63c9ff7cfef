"""Prometheus metrics that every service has: its requests by route template, never by raw path."""

import time
from functools import lru_cache
from typing import Final

from prometheus_client import Counter, Gauge, Histogram
from starlette.types import ASGIApp, Message, Receive, Scope, Send

UNMATCHED: Final = "unmatched"  # the label of requests that met no route: a scan must not make a series per path

REQUESTS: Final = Counter("telemetry_http_requests", "Requests answered", ["route", "method", "status"])
"""How many requests come, to which routes, and how many of them fail?"""
DURATION: Final = Histogram(
    "telemetry_http_request_duration_seconds",
    "Time from the request's arrival to its answer's end",
    ["route"],
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
)
"""How long do clients wait?"""
IN_FLIGHT: Final = Gauge("telemetry_http_requests_in_flight", "Requests that wait for their answer")
"""How much is under way, and does it grow without end?"""


class _UnderWay:
    """Requests under way in this process: all are of its one event loop, and a gauge's lock costs more than the sum."""

    count = 0


IN_FLIGHT.set_function(lambda: _UnderWay.count)

_METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


def begin_request() -> float:
    """Note that a request came; return the moment, for `end_request`."""
    _UnderWay.count += 1
    return time.perf_counter()


def end_request(route: str, method: str, status: int, begun: float) -> None:
    """Count a request that was answered; `route` is a template."""
    _UnderWay.count -= 1
    requests, duration = _series(route, method if method in _METHODS else "other", status)
    requests.inc()
    duration.observe(time.perf_counter() - begun)


@lru_cache(1024)  # finding a series by its labels costs more than counting
def _series(route: str, method: str, status: int) -> tuple[Counter, Histogram]:
    return REQUESTS.labels(route, method, str(status)), DURATION.labels(route)


class RequestMetrics:
    """Counts and times requests of FastAPI's routes (ASGI); those ahead of it do so themselves."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        status = 500

        async def send_and_note(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        begun = begin_request()
        try:
            await self.app(scope, receive, send_and_note)
        finally:
            route = getattr(scope.get("route"), "path", UNMATCHED)
            end_request(route, scope["method"], status, begun)
