import asyncio
from typing import Any

import pytest
from prometheus_client import REGISTRY

from telemetry.producer.app import DEVICE_PATH, READINGS_PATH, find_target
from tests.unit.producer.conftest import ProducerApp, key_of, reading


def test_paths_are_told_apart() -> None:
    assert find_target("/api/v1/readings") == (READINGS_PATH, None)
    assert find_target("/api/v1/devices/d:1.x_Y-2/readings") == (DEVICE_PATH, "d:1.x_Y-2")


@pytest.mark.parametrize(
    "path", ["/", "/api/v1/readings/", "/api/v1/devices//readings", "/api/v1/devices/a/b/readings", "/api/v1/devices/a"]
)
def test_other_paths_are_not_ingest(path: str) -> None:
    assert find_target(path) is None


async def test_what_fastapi_answers_stays_within_reach(producer: ProducerApp) -> None:
    assert READINGS_PATH in (await producer.client.get("/openapi.json")).json()["paths"]


async def test_an_unknown_path_is_a_problem(producer: ProducerApp) -> None:
    answer = await producer.client.get("/nowhere")
    assert (answer.status_code, answer.json()["code"]) == (404, "not-found")


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "PATCH"])
async def test_another_method_is_told_the_right_one(producer: ProducerApp, method: str) -> None:
    answer = await producer.client.request(method, READINGS_PATH)
    assert (answer.status_code, answer.headers["allow"]) == (405, "POST, OPTIONS")


@pytest.mark.parametrize(
    ("path", "methods"), [(READINGS_PATH, "POST, OPTIONS"), ("/api/v1/devices/d-1", "DELETE, OPTIONS")]
)
async def test_every_path_tells_its_methods(producer: ProducerApp, path: str, methods: str) -> None:
    answer = await producer.client.options(path)
    assert (answer.status_code, answer.headers["allow"], answer.content) == (204, methods, b"")


async def test_a_draining_process_takes_no_more(producer: ProducerApp) -> None:
    producer.lifecycle.drain()
    answer = await producer.send("d-1", reading())
    assert (answer.status_code, answer.json()["code"]) == (503, "draining")


async def test_more_in_flight_than_may_be_is_saturation_until_one_is_answered(producer: ProducerApp) -> None:
    producer.publisher.held = []
    waiting = [asyncio.ensure_future(producer.send("d-1", reading(seconds=-n))) for n in range(2)]
    held = await producer.publisher.hold(2)
    refused = await producer.send("d-1", reading())
    assert (refused.status_code, refused.json()["code"], refused.headers["retry-after"]) == (503, "saturated", "1")
    for delivery in held:
        delivery.set_result(None)
    await asyncio.gather(*waiting)
    producer.publisher.held = None
    assert (await producer.send("d-1", reading())).status_code == 202


async def test_who_finds_no_room_is_let_in_if_there_is_some_when_its_turn_comes(
    producer: ProducerApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked, turn = asyncio.Event(), asyncio.Event()

    async def hold() -> None:
        asked.set()
        await turn.wait()

    monkeypatch.setattr(producer.admission, "hold", hold)
    producer.publisher.held = []
    waiting = [asyncio.ensure_future(producer.send("d-1", reading(seconds=-n))) for n in range(2)]
    held = await producer.publisher.hold(2)
    producer.publisher.held = None
    late = asyncio.ensure_future(producer.send("d-1", reading()))
    await asked.wait()
    for delivery in held:
        delivery.set_result(None)
    await asyncio.gather(*waiting)
    turn.set()
    assert (await late).status_code == 202


async def test_what_nobody_foresaw_is_a_problem_without_a_trace(producer: ProducerApp) -> None:
    producer.publisher.failures["d-1"] = ZeroDivisionError("secret")
    answer = await producer.send("d-1", reading())
    assert (answer.status_code, answer.json()["code"]) == (500, "internal")
    assert "secret" not in answer.text


async def test_requests_are_counted_by_template(producer: ProducerApp) -> None:
    labels = {"route": DEVICE_PATH, "method": "POST", "status": "202"}
    before = REGISTRY.get_sample_value("telemetry_http_requests_total", labels) or 0
    await producer.send("d-1", reading())
    assert REGISTRY.get_sample_value("telemetry_http_requests_total", labels) == before + 1


async def _request_in_parts(producer: ProducerApp, *parts: dict[str, Any]) -> list[dict[str, Any]]:
    """Send a request whose body comes in these ASGI messages, and never ends if the last says so."""
    arriving = list(parts)
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        if arriving:
            return arriving.pop(0)
        await asyncio.Event().wait()
        raise AssertionError

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    headers = [(b"authorization", f"Bearer {key_of('d-1')}".encode()), (b"content-type", b"application/json")]
    path = "/api/v1/devices/d-1/readings"
    scope = {"type": "http", "method": "POST", "path": path, "headers": headers}
    await producer.app(scope, receive, send)  # type: ignore[arg-type] # ASGI's messages are any mappings
    return sent


async def test_a_body_that_does_not_come_in_time_is_408(producer: ProducerApp) -> None:
    start, _ = await _request_in_parts(producer, {"type": "http.request", "body": b"{", "more_body": True})
    assert start["status"] == 408
    assert (b"connection", b"close") in start["headers"]


async def test_a_body_that_grows_too_large_is_413(producer: ProducerApp) -> None:
    part = {"type": "http.request", "body": b" " * 6000, "more_body": True}
    start, _ = await _request_in_parts(producer, part, part)
    assert start["status"] == 413


async def test_a_body_may_come_in_parts(producer: ProducerApp) -> None:
    body = (await _body()).encode()
    first = {"type": "http.request", "body": body[:10], "more_body": True}
    start, _ = await _request_in_parts(producer, first, {"type": "http.request", "body": body[10:]})
    assert start["status"] == 202


async def test_a_client_that_hangs_up_is_not_answered(producer: ProducerApp) -> None:
    first = {"type": "http.request", "body": b"{", "more_body": True}
    assert await _request_in_parts(producer, first, {"type": "http.disconnect"}) == []


async def _body() -> str:
    one = reading()
    return f'{{"time":"{one["time"]}","metrics":{{"a":1}}}}'
