"""Spans of requests and batches, for a process whose tracing may be off: one recorder a process, like its log.

While it is off, a request's traceparent is only carried on, and nothing of OpenTelemetry is even imported.
"""

from collections.abc import Iterable
from contextlib import AbstractContextManager, nullcontext
from typing import Final, Protocol

from starlette.types import ASGIApp

from telemetry.core.settings import ServerSettings
from telemetry.core.tracing.requests import CarriedRequests

_NOTHING: Final = nullcontext()


class Recorder(Protocol):
    """Records spans and sends them somewhere."""

    def requests(self, app: ASGIApp) -> ASGIApp:
        """Return the app with a span around each request."""
        ...

    def batch(self, name: str, traces: Iterable[bytes | None], readings: int) -> AbstractContextManager[None]:
        """Return a span's block, linked to those of the traceparents that are recorded; without any, none is made."""
        ...

    def close(self) -> None:
        """Send what is left, for a few seconds at most."""
        ...


class _Process:
    recorder: Recorder | None = None


def start_tracing(settings: ServerSettings, component: str) -> None:
    """Record from now on, if the settings say where to."""
    if settings.otlp_endpoint is None:
        return
    # Here, because who does not trace shall not pay for the import: half a second, and 20 MB.
    from telemetry.core.tracing.recording import build_recorder  # noqa: PLC0415

    use_recorder(build_recorder(settings, component))


def use_recorder(recorder: Recorder | None) -> None:
    _Process.recorder = recorder


def is_recording() -> bool:
    return _Process.recorder is not None


def close_tracing() -> None:
    if _Process.recorder is not None:
        _Process.recorder.close()


def trace_requests(app: ASGIApp) -> ASGIApp:
    """Return the app with a span around each request, or one that only carries on what the request brings."""
    return CarriedRequests(app) if _Process.recorder is None else _Process.recorder.requests(app)


def batch_span(name: str, traces: Iterable[bytes | None], readings: int) -> AbstractContextManager[None]:
    """Return the block of a span over the work on a batch, linked to the traces of what is in it."""
    return _NOTHING if _Process.recorder is None else _Process.recorder.batch(name, traces, readings)
