from collections.abc import Callable

import pytest
from opentelemetry.trace import StatusCode
from starlette.types import ASGIApp, Receive, Scope, Send

from telemetry.core.tracing.context import carry, current_trace
from telemetry.core.tracing.recording import FORCED_PER_SECOND, MOST_LINKS, Choice
from tests.support.spans import CALLER, TRACE, Recorded, traceparent

ROUTE = "/api/v1/devices/{device}/readings"


@pytest.fixture(autouse=True)
def _carries_nothing() -> None:
    carry(None)


def answering(status: int, note: Callable[[], None] = lambda: None) -> ASGIApp:
    async def app(scope: Scope, _receive: Receive, send: Send) -> None:
        scope["route_path"] = ROUTE
        note()
        await send({"type": "http.response.start", "status": status, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    return app


async def ask(recorded: Recorded, app: ASGIApp, caller: bytes | None = None) -> None:
    async def receive() -> dict[str, object]:
        return {}

    async def send(_: object) -> None: ...

    headers = [] if caller is None else [(b"traceparent", caller)]
    scope = {"type": "http", "method": "POST", "path": "/api/v1/devices/pump-1/readings", "headers": headers}
    await recorded.recorder.requests(app)(scope, receive, send)


async def test_a_request_is_a_child_of_its_callers_span() -> None:
    recorded = Recorded()
    await ask(recorded, answering(202), traceparent())
    span = recorded.span
    assert span.parent is not None
    assert (f"{span.context.trace_id:032x}", f"{span.parent.span_id:016x}") == (TRACE, CALLER)
    assert span.name == f"POST {ROUTE}"
    assert dict(span.attributes or {}) == {
        "http.request.method": "POST",
        "http.route": ROUTE,
        "http.response.status_code": 202,
    }


async def test_what_is_sent_on_names_the_requests_own_span() -> None:
    recorded, carried = Recorded(), list[bytes | None]()
    await ask(recorded, answering(202, lambda: carried.append(current_trace())), traceparent())
    assert carried == [traceparent(span=f"{recorded.span.context.span_id:016x}")]


async def test_a_trace_that_its_caller_does_not_record_is_carried_on_and_not_recorded() -> None:
    recorded, carried = Recorded(1.0), list[bytes | None]()
    await ask(recorded, answering(202, lambda: carried.append(current_trace())), traceparent(sampled=False))
    assert (recorded.spans, carried) == ([], [traceparent(sampled=False)])


@pytest.mark.parametrize(("ratio", "count"), [(0.0, 0), (1.0, 1)])
async def test_what_callers_say_nothing_of_is_recorded_by_the_ratio(ratio: float, count: int) -> None:
    recorded = Recorded(ratio)
    await ask(recorded, answering(200))
    assert len(recorded.spans) == count


async def test_a_failure_of_ours_is_an_error_and_a_refusal_is_none() -> None:
    recorded = Recorded()
    for status in (503, 401):
        await ask(recorded, answering(status), traceparent())
    assert [span.status.status_code for span in recorded.spans] == [StatusCode.ERROR, StatusCode.UNSET]


def test_callers_cannot_have_more_recorded_than_the_bound() -> None:
    seconds = [0.0]
    choice = Choice(1.0, clock=lambda: seconds[0])

    def recorded() -> int:
        return [choice.is_recorded(traceparent()) for _ in range(1000)].count(True)

    first = recorded()
    seconds[0] = 1.0
    assert (first, recorded()) == (FORCED_PER_SECOND, FORCED_PER_SECOND)


def test_a_batch_is_linked_once_to_each_trace_that_is_recorded() -> None:
    recorded = Recorded()
    others = [traceparent(span="1" * 16), traceparent(span="2" * 16, sampled=False), None]
    with recorded.recorder.batch("a batch", [traceparent(), *others, traceparent()], 7):
        carried = current_trace()
    span = recorded.span
    assert carried is not None
    assert carried.decode().split("-")[1] == f"{span.context.trace_id:032x}"
    assert [f"{link.context.span_id:016x}" for link in span.links] == [CALLER, "1" * 16]
    assert dict(span.attributes or {}) == {"telemetry.readings": 7, "telemetry.traces": 2}
    assert current_trace() is None


def test_a_batch_without_a_recorded_trace_has_no_span() -> None:
    recorded = Recorded(1.0)
    with recorded.recorder.batch("a batch", [None, traceparent(sampled=False)], 1):
        assert current_trace() is None
    assert recorded.spans == []


def test_links_are_bounded_and_their_number_is_told() -> None:
    recorded = Recorded()
    many = [traceparent(span=f"{number:016x}") for number in range(1, MOST_LINKS + 51)]
    with recorded.recorder.batch("a batch", many, 1):
        pass
    assert len(recorded.span.links) == MOST_LINKS
    assert (recorded.span.attributes or {})["telemetry.traces"] == MOST_LINKS + 50


def test_a_batch_that_fails_says_so_and_raises() -> None:
    recorded = Recorded()
    with pytest.raises(RuntimeError), recorded.recorder.batch("a batch", [traceparent()], 1):
        raise RuntimeError("the disk is full")
    assert recorded.span.status.description == "RuntimeError: the disk is full"
