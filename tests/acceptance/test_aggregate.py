"""What a client that asks for aggregates is promised: right sums, every bucket, and an honest no."""

from collections.abc import Callable
from typing import Any

import httpx
import pytest

from telemetry_contract.keys import Scope
from telemetry_contract.times import format_time, parse_time
from tests.support.platform import RunningPlatform

At = Callable[[float], str]


def _aggregate(platform: RunningPlatform, device: str, **asked: Any) -> httpx.Response:  # noqa: ANN401
    asked = {name.rstrip("_"): value for name, value in asked.items()}
    return platform.get(f"/devices/{device}/aggregate", params=asked)


@pytest.fixture
def minute(at: At) -> Callable[[float], str]:
    """Times from the beginning of a minute on, so that buckets are where the test says."""
    start = parse_time(at(0)) // 60_000_000 * 60_000_000
    return lambda seconds: format_time(start + int(seconds * 1_000_000))


def test_values_are_summed_up_by_bucket(platform: RunningPlatform, device: str, minute: At) -> None:
    values = [(0, 10.0), (5, 20.0), (9.5, 40.0), (20, -1.0)]
    body = [{"time": minute(at), "metrics": {"t": value, "on": value > 10, "state": "ok"}} for at, value in values]
    platform.send(device, body).raise_for_status()
    platform.until_stored(4, device)
    answer = _aggregate(platform, device, metric=["t", "on", "state"], from_=minute(0), to=minute(30), bucket="10s")
    found = answer.raise_for_status().json()
    assert (found["device"], found["bucket_seconds"]) == (device, 10)
    first, gap, last = found["metrics"]["t"]
    assert first == {"start": minute(0), "count": 3, "min": 10, "max": 40, "mean": pytest.approx(70 / 3), "p50": 20,
                     "p95": pytest.approx(38), "last": 40}  # fmt: skip
    assert gap == {"start": minute(10), "count": 0, "min": None, "max": None, "mean": None, "p50": None, "p95": None,
                   "last": None}  # fmt: skip
    assert (last["count"], last["min"], last["p95"]) == (1, -1, -1)
    assert found["metrics"]["on"][0]["mean"] == pytest.approx(2 / 3)
    assert [bucket["count"] for bucket in found["metrics"]["state"]] == [0, 0, 0]


def test_an_unknown_device_has_buckets_without_values(platform: RunningPlatform, device: str, minute: At) -> None:
    found = _aggregate(platform, device, metric="t", from_=minute(0), to=minute(60), bucket="1m").json()
    assert [bucket["count"] for bucket in found["metrics"]["t"]] == [0]


def test_too_many_buckets_are_refused_not_cut_off(platform: RunningPlatform, device: str) -> None:
    bounds = {"from_": "2026-01-01T00:00:00Z", "to": "2026-01-02T00:00:00Z"}
    answer = _aggregate(platform, device, metric="t", bucket="1s", **bounds)
    assert (answer.status_code, answer.json()["code"]) == (422, "range-too-large")


@pytest.mark.parametrize(
    "changed", [{"bucket": "7m"}, {"bucket": None}, {"metric": None}, {"from": None}, {"to": "1970-01-01T00:00:00Z"}]
)
def test_a_wrong_question_is_refused(platform: RunningPlatform, device: str, changed: dict[str, Any]) -> None:
    asked = {"metric": "t", "from": "2026-01-01T00:00:00Z", "to": "2026-01-01T01:00:00Z", "bucket": "1m", **changed}
    answer = _aggregate(platform, device, **{name: value for name, value in asked.items() if value is not None})
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid-parameter")


def test_a_device_may_ask_for_itself_alone(platform: RunningPlatform, device: str, minute: At) -> None:
    asked = {"metric": "t", "from": minute(0), "to": minute(60), "bucket": "1m"}
    path = f"/devices/{device}/aggregate"
    own, others = platform.device_headers(device), platform.device_headers(f"{device}-other")
    writer = platform.token_headers(Scope.WRITE)
    found = [platform.get(path, params=asked, headers=headers).status_code for headers in (own, others, writer, {})]
    assert found == [200, 401, 403, 401]
