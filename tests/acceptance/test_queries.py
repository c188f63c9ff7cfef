"""What a client that asks is promised: right values, stable pages, honest limits."""

from collections.abc import Callable
from typing import Any

import httpx
import pytest

from telemetry_contract.identity import Digest, digest_of, identify
from telemetry_contract.keys import Scope
from telemetry_contract.readings import Reading
from telemetry_contract.times import parse_time
from tests.support.platform import RunningPlatform

At = Callable[[float], str]


def _fill(platform: RunningPlatform, device: str, at: At, count: int = 7) -> list[str]:
    """Send readings a second apart, and return their times when all are visible."""
    times = [at(second) for second in range(count)]
    metrics = [{"n": number, "half": number / 2} for number in range(count)]
    body = [{"time": time, "metrics": metric} for time, metric in zip(times, metrics, strict=True)]
    platform.send(device, body).raise_for_status()
    platform.until_stored(count, device)
    return times


def _instants(readings: list[dict[str, object]]) -> list[int]:
    return [parse_time(str(reading["time"])) for reading in readings]


def test_the_latest_value_of_each_metric_is_kept_with_its_own_time(
    platform: RunningPlatform, device: str, at: At
) -> None:
    newer, older = (
        {"time": at(10), "metrics": {"a": 10}},
        {"time": at(5), "metrics": {"a": 5, "b": 5}},
    )
    platform.send(device, newer).raise_for_status()
    platform.send(device, older).raise_for_status()  # late, and right all the same
    platform.until_stored(2, device)
    metrics = platform.get(f"/devices/{device}/latest").json()["metrics"]
    assert {name: (it["value"], parse_time(it["time"])) for name, it in metrics.items()} == {
        "a": (10, parse_time(at(10))),
        "b": (5, parse_time(at(5))),
    }


def test_the_latest_of_many_devices_comes_in_one_answer(platform: RunningPlatform, device: str, at: At) -> None:
    names = [f"{device}-{letter}" for letter in "abc"]
    platform.send_many([{"device": name, "time": at(0), "metrics": {"a": 1}} for name in names]).raise_for_status()
    platform.until_stored(3, *names)
    found = platform.get("/latest", params={"device": [*names, f"{device}-unknown"]}).json()["devices"]
    assert [it["device"] for it in found] == names


def test_a_device_is_counted_and_last_seen(platform: RunningPlatform, device: str, at: At) -> None:
    times = _fill(platform, device, at)
    summary = platform.get(f"/devices/{device}").json()
    assert (summary["readings"], parse_time(summary["last_seen"])) == (7, parse_time(times[-1]))


@pytest.mark.parametrize("path", ["/devices/{}", "/devices/{}/latest"])
def test_an_unknown_device_is_not_found(platform: RunningPlatform, device: str, path: str) -> None:
    assert platform.get(path.format(device)).status_code == 404


def test_pages_of_devices_meet_each_device_once(platform: RunningPlatform, device: str, at: At) -> None:
    names = [f"{device}-{number}" for number in range(5)]
    platform.send_many([{"device": name, "time": at(0), "metrics": {"a": 1}} for name in names]).raise_for_status()
    platform.until_stored(5, *names)
    seen: list[str] = []
    cursor: str | None = None
    while cursor is not None or not seen:
        page = platform.get("/devices", params={"limit": 2, **({"cursor": cursor} if cursor else {})}).json()
        assert len(page["devices"]) <= 2
        seen += [it["device"] for it in page["devices"]]
        cursor = page["cursor"]
    assert sorted(set(seen)) == sorted(seen)
    assert set(names) <= set(seen)


@pytest.mark.parametrize("order", ["asc", "desc"])
def test_pages_of_readings_meet_each_reading_once_in_order(
    platform: RunningPlatform, device: str, at: At, order: str
) -> None:
    expected = [parse_time(time) for time in _fill(platform, device, at)]
    seen: list[int] = []
    parameters: dict[str, Any] = {"limit": 3, "order": order}
    cursor: str | None = None
    while cursor is not None or not seen:
        page = platform.get(f"/devices/{device}/readings", params=parameters).json()
        seen += _instants(page["readings"])
        parameters["cursor"] = cursor = page["cursor"]
    assert seen == sorted(expected, reverse=order == "desc")


def test_a_range_has_its_beginning_and_not_its_end(platform: RunningPlatform, device: str, at: At) -> None:
    times = _fill(platform, device, at)
    found = platform.get(f"/devices/{device}/readings", params={"from": times[2], "to": times[5]}).json()["readings"]
    assert _instants(found) == [parse_time(time) for time in times[2:5]]


def test_a_metric_filter_shows_that_metric_alone(platform: RunningPlatform, device: str, at: At) -> None:
    _fill(platform, device, at, count=2)
    platform.send(device, {"time": at(9), "metrics": {"other": 1}}).raise_for_status()
    platform.until_stored(3, device)
    found = platform.get(f"/devices/{device}/readings", params={"metric": "half"}).json()["readings"]
    assert [reading["metrics"] for reading in found] == [{"half": 0.0}, {"half": 0.5}]


def test_readings_of_several_devices_come_in_one_order(platform: RunningPlatform, device: str, at: At) -> None:
    names = [f"{device}-a", f"{device}-b"]
    body = [{"device": names[second % 2], "time": at(second), "metrics": {"n": second}} for second in range(6)]
    platform.send_many(body).raise_for_status()
    platform.until_stored(6, *names)
    found = platform.get("/readings", params={"device": names, "order": "desc"}).json()["readings"]
    assert [reading["metrics"]["n"] for reading in found] == [5, 4, 3, 2, 1, 0]


def test_the_digest_is_what_a_client_computes_itself(platform: RunningPlatform, device: str, at: At) -> None:
    times = _fill(platform, device, at)
    readings = [
        Reading(device, parse_time(time), {"n": number, "half": number / 2}) for number, time in enumerate(times)
    ]
    expected = digest_of(identify(reading).identity for reading in readings)
    count, total = platform.digest(device)
    assert Digest(count, int(total, 16)) == expected


def test_digests_of_two_halves_add_up(platform: RunningPlatform, device: str, at: At) -> None:
    times = _fill(platform, device, at)

    def part(**bounds: str) -> Digest:
        answer = platform.get("/digest", params={"device": device, **bounds}).json()
        return Digest(answer["count"], int(answer["digest"], 16))

    assert part(to=times[3]) + part(**{"from": times[3]}) == part()


def test_the_ledger_balances(platform: RunningPlatform, device: str, at: At) -> None:
    _fill(platform, device, at)
    integrity = platform.get("/integrity").json()
    assert integrity["balanced"]
    assert all(partition["balanced"] for partition in integrity["partitions"])
    assert bool(integrity["partitions"]) == platform.queued


def test_statistics_count_what_is_kept(platform: RunningPlatform, device: str, at: At) -> None:
    _fill(platform, device, at)
    stats = platform.get("/stats").json()
    assert stats["readings"] >= 7
    assert stats["devices"] >= 1


def test_the_platforms_own_devices_stand_in_no_list(platform: RunningPlatform, device: str, at: At) -> None:
    probe = f"_{device}"
    platform.send(probe, {"time": at(0), "metrics": {"probe": 1}}).raise_for_status()
    _fill(platform, device, at, count=1)
    names = [it["device"] for it in platform.get("/devices", params={"limit": 1000}).json()["devices"]]
    assert device in names
    assert probe not in names


@pytest.mark.parametrize(
    ("path", "parameters", "code"),
    [
        ("/devices", {"limit": "0"}, "invalid-parameter"),
        ("/devices", {"limit": "100000"}, "invalid-parameter"),
        ("/devices", {"limit": "many"}, "invalid-parameter"),
        ("/devices", {"colour": "red"}, "invalid-parameter"),
        ("/devices", {"cursor": "nonsense"}, "invalid-cursor"),
        ("/devices/d/readings", {"from": "yesterday"}, "invalid-parameter"),
        ("/devices/d/readings", {"from": "2026-01-02T00:00:00Z", "to": "2026-01-01T00:00:00Z"}, "invalid-parameter"),
        ("/devices/d/readings", {"order": "sideways"}, "invalid-parameter"),
        ("/devices/not%20a%20device", {}, "invalid-parameter"),
    ],
)
def test_a_wrong_parameter_is_refused_not_bent(
    platform: RunningPlatform, path: str, parameters: dict[str, str], code: str
) -> None:
    answer = platform.get(path, params=parameters)
    assert (answer.status_code, answer.json()["code"]) == (422, code), answer.text


def test_a_cursor_is_bound_to_its_query(platform: RunningPlatform, device: str, at: At) -> None:
    _fill(platform, device, at)
    path = f"/devices/{device}/readings"
    cursor = platform.get(path, params={"limit": 2}).json()["cursor"]
    answer = platform.get(path, params={"limit": 2, "order": "desc", "cursor": cursor})
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid-cursor")


PATHS = ["/devices", "/devices/d", "/devices/d/latest", "/latest?device=d", "/devices/d/readings", "/readings",
         "/digest", "/integrity", "/stats"]  # fmt: skip


@pytest.mark.parametrize("path", PATHS)
def test_nobody_reads_without_the_right_to(platform: RunningPlatform, path: str) -> None:
    anonymous, writer = platform.get(path, headers={}), platform.get(path, headers=platform.token_headers(Scope.WRITE))
    assert (anonymous.status_code, writer.status_code) == (401, 403)


@pytest.mark.parametrize("path", PATHS)
def test_what_is_asked_is_never_changed(platform: RunningPlatform, path: str) -> None:
    answer = httpx.delete(f"{platform.analytics_url}/api/v1{path}", headers=platform.token_headers(Scope.ADMIN))
    assert (answer.status_code, answer.json()["code"]) == (405, "method-not-allowed")
    assert "GET" in answer.headers["allow"]
