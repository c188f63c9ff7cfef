"""What a client that sends readings is promised: an answer per reading, and no acceptance that is lost."""

import gzip
import json
from collections.abc import Callable

import httpx
import pytest

from telemetry_contract.keys import Scope
from tests.support.platform import RunningPlatform

At = Callable[[float], str]


def _reading(time: str, **metrics: object) -> dict[str, object]:
    return {"time": time, "metrics": metrics or {"temperature": 21.5}}


def _problem(answer: httpx.Response) -> tuple[int, str]:
    assert answer.headers["content-type"] == "application/problem+json", answer.text
    body = answer.json()
    assert body["status"] == answer.status_code
    assert body["type"].endswith(body["code"])
    return answer.status_code, body["code"]


def test_a_reading_is_accepted_and_becomes_visible(platform: RunningPlatform, device: str, at: At) -> None:
    answer = platform.send(device, _reading(at(0), temperature=21.5, ok=True, state="idle"))
    assert (answer.status_code, answer.json()["status"]) == platform.accepted
    platform.until_stored(1, device)
    stored = platform.get(f"/devices/{device}/readings").json()["readings"][0]
    assert stored["metrics"] == {"temperature": 21.5, "ok": True, "state": "idle"}


def test_a_batch_is_answered_per_reading_in_the_order_sent(platform: RunningPlatform, device: str, at: At) -> None:
    answer = platform.send(device, [_reading(at(0)), _reading("yesterday"), _reading(at(1))])
    body = answer.json()
    assert (answer.status_code, body["accepted"], body["rejected"]) == (207, 2, 1)
    word = platform.accepted[1]
    assert [item["status"] for item in body["items"]] == [word, "rejected", word]
    assert body["items"][1]["problem"]["errors"][0]["pointer"] == "/time"
    platform.until_stored(2, device)


def test_a_gateway_sends_for_many_devices(platform: RunningPlatform, device: str, at: At) -> None:
    others = [f"{device}-a", f"{device}-b"]
    answer = platform.send_many([{**_reading(at(0)), "device": name} for name in others])
    assert answer.status_code == platform.accepted[0]
    platform.until_stored(2, *others)


def test_a_body_may_be_gzipped(platform: RunningPlatform, device: str, at: At) -> None:
    answer = httpx.post(
        f"{platform.producer_url}/api/v1/devices/{device}/readings",
        content=gzip.compress(json.dumps(_reading(at(0))).encode()),
        headers={
            **platform.device_headers(device),
            "content-type": "application/json",
            "content-encoding": "gzip",
        },
    )
    assert answer.status_code == platform.accepted[0]
    platform.until_stored(1, device)


def test_a_repeated_reading_is_stored_once(platform: RunningPlatform, device: str, at: At) -> None:
    reading = {**_reading(at(0)), "id": "r-1"}
    answers = [platform.send(device, reading) for _ in range(3)]
    assert all(answer.is_success for answer in answers)
    platform.send(device, _reading(at(1))).raise_for_status()  # behind the repeats, in order
    platform.until_stored(2, device)


def test_without_an_id_the_content_names_the_reading(platform: RunningPlatform, device: str, at: At) -> None:
    same = [_reading(at(0), value=21), _reading(at(0).replace("Z", "+00:00"), value=21.0)]
    other = _reading(at(0), value=22)
    assert platform.send(device, [*same, other]).is_success
    platform.until_stored(2, device)


def test_the_same_identity_with_other_content_is_never_stored(platform: RunningPlatform, device: str, at: At) -> None:
    platform.send(device, {**_reading(at(0), value=1), "id": "r-1"}).raise_for_status()
    platform.until_stored(1, device)
    answer = platform.send(device, {**_reading(at(0), value=2), "id": "r-1"})
    assert answer.status_code == (202 if platform.queued else 409)
    platform.send(device, _reading(at(5))).raise_for_status()
    platform.until_stored(2, device)
    values = [it["metrics"].get("value") for it in platform.get(f"/devices/{device}/readings").json()["readings"]]
    assert 2 not in values
    assert platform.get("/integrity").json()["balanced"]


@pytest.mark.parametrize(
    ("seconds", "code"), [(-8 * 86_400, "reading-too-old"), (3600, "reading-in-future")], ids=["old", "future"]
)
def test_a_time_out_of_bounds_is_refused(
    platform: RunningPlatform, device: str, at: At, seconds: float, code: str
) -> None:
    assert _problem(platform.send(device, _reading(at(seconds)))) == (422, code)


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"metrics": {"a": 1}}, "/time"),
        ({"time": "2026-01-31", "metrics": {"a": 1}}, "/time"),
        ({"time": "2026-01-31T12:00:00", "metrics": {"a": 1}}, "/time"),
        ({"time": "2026-01-31T12:00:00Z", "metrics": {}}, "/metrics"),
        ({"time": "2026-01-31T12:00:00Z", "metrics": {"a": None}}, "/metrics/a"),
        ({"time": "2026-01-31T12:00:00Z", "metrics": {"a": {"b": 1}}}, "/metrics/a"),
        ({"time": "2026-01-31T12:00:00Z", "metrics": {"a": 2**53 + 1}}, "/metrics/a"),
        ({"time": "2026-01-31T12:00:00Z", "metrics": {"a": "x" * 300}}, "/metrics/a"),
        ({"time": "2026-01-31T12:00:00Z", "metrics": {"white space": 1}}, "/metrics/white space"),
        ({"time": "2026-01-31T12:00:00Z", "metrics": {f"m{n}": n for n in range(9)}}, "/metrics"),
        ({"time": "2026-01-31T12:00:00Z", "metrics": {"a": 1}, "id": ""}, "/id"),
        ({"time": "2026-01-31T12:00:00Z", "metrics": {"a": 1}, "colour": "red"}, "/colour"),
    ],
)
def test_what_is_wrong_with_a_reading_is_pointed_at(
    platform: RunningPlatform, device: str, body: object, pointer: str
) -> None:
    answer = platform.send(device, body)
    assert _problem(answer) == (422, "invalid-reading")
    assert pointer in [fault["pointer"] for fault in answer.json()["errors"]]


@pytest.mark.parametrize(
    ("content", "headers", "expected"),
    [
        pytest.param(b"{", {}, (400, "malformed-body"), id="cut-short"),
        pytest.param(b"", {}, (400, "malformed-body"), id="empty"),
        pytest.param(b"[" * 10_000, {}, (400, "malformed-body"), id="deep"),
        pytest.param(b"\xff\xfe", {}, (400, "malformed-body"), id="not-utf-8"),
        pytest.param(b'"text"', {}, (400, "malformed-body"), id="text"),
        pytest.param(b"not gzip", {"content-encoding": "gzip"}, (400, "malformed-body"), id="not-gzip"),
        pytest.param(b"{}", {"content-type": "text/plain"}, (415, "unsupported-type"), id="text-type"),
        pytest.param(b"{}", {"content-encoding": "br"}, (415, "unsupported-type"), id="brotli"),
        pytest.param(b" " * 70_000, {}, (413, "body-too-large"), id="large"),
        pytest.param(
            gzip.compress(b" " * 300_000), {"content-encoding": "gzip"}, (413, "body-too-large"), id="large-unpacked"
        ),
    ],
)
def test_a_body_that_cannot_be_taken_is_refused_whole(
    platform: RunningPlatform, device: str, content: bytes, headers: dict[str, str], expected: tuple[int, str]
) -> None:
    url = f"{platform.producer_url}/api/v1/devices/{device}/readings"
    sent = {"content-type": "application/json", **platform.device_headers(device), **headers}
    assert _problem(httpx.post(url, content=content, headers=sent)) == expected


def test_a_batch_that_is_too_long_is_refused_whole(platform: RunningPlatform, device: str, at: At) -> None:
    batch = [_reading(at(second), a=1) for second in range(501)]
    assert _problem(platform.send(device, batch)) == (413, "batch-too-large")


def test_an_empty_batch_is_refused(platform: RunningPlatform, device: str) -> None:
    assert platform.send(device, []).status_code == 422


@pytest.mark.parametrize("header", [None, "Bearer nonsense", "Basic YTpi"])
def test_without_a_valid_key_nothing_is_said_but_that(
    platform: RunningPlatform, device: str, at: At, header: str | None
) -> None:
    answer = platform.send(device, _reading(at(0)), headers={"authorization": header} if header else {})
    assert _problem(answer) == (401, "unauthorized")
    assert answer.headers["www-authenticate"] == "Bearer"


def test_an_unknown_device_and_a_wrong_key_get_the_same_answer(platform: RunningPlatform, device: str, at: At) -> None:
    platform.send(device, _reading(at(0))).raise_for_status()
    strangers = platform.device_headers("another")
    known = platform.send(device, _reading(at(0)), headers=strangers)
    unknown = platform.send(f"{device}-unknown", _reading(at(0)), headers=strangers)
    assert (known.status_code, known.content) == (unknown.status_code, unknown.content)


def test_a_device_may_not_send_for_another(platform: RunningPlatform, device: str, at: At) -> None:
    answer = platform.send(device, {**_reading(at(0)), "device": "another"})
    assert _problem(answer) == (403, "forbidden-device")


def test_a_reader_may_not_write(platform: RunningPlatform, at: At) -> None:
    answer = platform.send_many([{**_reading(at(0)), "device": "d"}], headers=platform.token_headers(Scope.READ))
    assert _problem(answer) == (403, "missing-scope")


def test_an_expired_token_is_no_token(platform: RunningPlatform, at: At) -> None:
    headers = platform.token_headers(Scope.WRITE, expires_in=-1)
    assert platform.send_many([{**_reading(at(0)), "device": "d"}], headers=headers).status_code == 401


def test_over_its_limit_a_device_is_told_which_and_when(platform: RunningPlatform, device: str, at: At) -> None:
    refused = None
    for second in range(0, 3000, 500):  # the burst is 600
        answer = platform.send(device, [_reading(at(-second - n), a=n) for n in range(500)])
        if answer.status_code == 429:
            refused = answer
            break
    assert refused is not None
    assert _problem(refused) == (429, "rate-limited")
    body = refused.json()
    assert body["limit"] == "device"
    assert body["remaining"] >= 0
    assert int(refused.headers["retry-after"]) >= 1


def test_a_wrong_method_is_answered_with_the_right_ones(platform: RunningPlatform, device: str) -> None:
    answer = httpx.get(f"{platform.producer_url}/api/v1/devices/{device}/readings")
    assert _problem(answer) == (405, "method-not-allowed")
    assert "POST" in answer.headers["allow"]


def test_an_unknown_path_is_a_problem_too(platform: RunningPlatform) -> None:
    assert _problem(httpx.get(f"{platform.producer_url}/api/v2/readings")) == (404, "not-found")
