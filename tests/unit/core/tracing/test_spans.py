import subprocess
import sys

import pytest
from starlette.types import Receive, Scope, Send

from telemetry.core.tracing.context import carry, current_trace
from telemetry.core.tracing.spans import batch_span, is_recording, trace_requests
from tests.support.spans import traceparent


class App:
    """Notes what a request would carry on."""

    def __init__(self) -> None:
        self.carried: list[bytes | None] = []

    async def __call__(self, _scope: Scope, _receive: Receive, _send: Send) -> None:
        self.carried.append(current_trace())


async def _receive() -> None: ...


async def _send(_: object) -> None: ...


async def request(app: App, *headers: tuple[bytes, bytes]) -> None:
    await trace_requests(app)({"headers": list(headers)}, _receive, _send)  # type: ignore[arg-type] # nothing is read


async def test_what_a_request_brings_is_carried_on_while_tracing_is_off() -> None:
    app = App()
    await request(app, (b"host", b"x"), (b"traceparent", traceparent()))
    assert app.carried == [traceparent()]


async def test_a_request_carries_nothing_of_the_one_before_it() -> None:
    app = App()
    carry(traceparent())
    await request(app, (b"host", b"x"))
    assert app.carried == [None]


def test_a_batch_has_no_span_while_tracing_is_off() -> None:
    assert not is_recording()
    with batch_span("a batch", [traceparent()], 1):
        assert current_trace() is None


@pytest.mark.parametrize("program", ["producer", "consumer", "analytics"])
def test_a_program_that_does_not_trace_imports_nothing_for_it(program: str) -> None:
    # redis-py imports the metrics of OpenTelemetry for itself, where it finds them.
    names = "[it for it in sys.modules if it.startswith(('opentelemetry.sdk.trace', 'opentelemetry.exporter'))]"
    code = f"import sys, telemetry.{program}.__main__; print(*{names})"
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert result.stdout.strip() == ""
