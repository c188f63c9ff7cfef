"""What an administrator who erases a device is promised: nothing of it is left, and nothing brings it back."""

from collections.abc import Callable

import httpx
import pytest

from telemetry_contract.keys import Scope
from tests.support.platform import RunningPlatform
from tests.support.waiting import wait_until

At = Callable[[float], str]


def _erase(platform: RunningPlatform, device: str, **options: dict[str, str]) -> httpx.Response:
    options.setdefault("headers", platform.token_headers(Scope.ADMIN))
    return httpx.delete(f"{platform.producer_url}/api/v1/devices/{device}", **options)  # type: ignore[arg-type] # headers


def _fill(platform: RunningPlatform, device: str, at: At) -> list[dict[str, object]]:
    body: list[dict[str, object]] = [{"time": at(n), "metrics": {"n": n}, "id": str(n)} for n in range(5)]
    platform.send(device, body).raise_for_status()
    return body


def _until_gone(platform: RunningPlatform, device: str) -> None:
    def is_gone() -> bool:
        paths = (f"/devices/{device}", f"/devices/{device}/latest")
        return all(platform.get(path).status_code == 404 for path in paths)

    platform.until_stored(0, device)
    wait_until(is_gone, what=f"{device} is not known any more")


def test_an_erased_device_is_gone_from_everywhere(platform: RunningPlatform, device: str, at: At) -> None:
    _fill(platform, device, at)
    platform.until_stored(5, device)
    answer = _erase(platform, device)
    status, word = (202, "queued") if platform.queued else (200, "erased")
    assert (answer.status_code, answer.json()) == (status, {"device": device, "status": word})
    _until_gone(platform, device)
    assert platform.get(f"/devices/{device}/readings").json()["readings"] == []
    assert platform.get("/export", params={"device": device}).content == b""
    names = [it["device"] for it in platform.get("/devices", params={"limit": 1000}).json()["devices"]]
    assert device not in names


def test_what_was_queued_before_does_not_bring_it_back(platform: RunningPlatform, device: str, at: At) -> None:
    for _ in range(20):
        _fill(platform, device, at)
    _erase(platform, device).raise_for_status()
    platform.send(device, {"time": at(99), "metrics": {"behind": 1}}).raise_for_status()
    wait_until(lambda: "behind" in platform.get(f"/devices/{device}/latest").text, what="the new life is visible")
    assert platform.digest(device)[0] == 1
    assert platform.get(f"/devices/{device}").json()["readings"] == 1
    assert list(platform.get(f"/devices/{device}/latest").json()["metrics"]) == ["behind"]


def test_an_old_reading_that_is_sent_again_is_new(platform: RunningPlatform, device: str, at: At) -> None:
    body = _fill(platform, device, at)
    platform.until_stored(5, device)
    before = platform.digest(device)
    _erase(platform, device).raise_for_status()
    _until_gone(platform, device)
    answer = platform.send(device, body[0])
    assert (answer.status_code, answer.json()["status"]) == platform.accepted
    platform.until_stored(1, device)
    platform.send(device, body).raise_for_status()
    platform.until_stored(5, device)
    assert platform.digest(device) == before


def test_the_ledger_balances_afterwards(platform: RunningPlatform, device: str, at: At) -> None:
    _fill(platform, device, at)
    _erase(platform, device).raise_for_status()
    _until_gone(platform, device)
    assert platform.get("/integrity").json()["balanced"]


def test_erasing_says_nothing_of_what_there_was(platform: RunningPlatform, device: str) -> None:
    answers = [_erase(platform, device) for _ in range(2)]
    assert answers[0].status_code == answers[1].status_code == (202 if platform.queued else 200)
    assert answers[0].json() == answers[1].json()


def test_only_administrators_erase(platform: RunningPlatform, device: str, at: At) -> None:
    _fill(platform, device, at)
    headers: list[dict[str, str]] = [
        {},
        platform.device_headers(device),
        platform.token_headers(Scope.WRITE, Scope.READ),
        platform.token_headers(Scope.ADMIN, expires_in=-1),
    ]
    assert [_erase(platform, device, headers=it).status_code for it in headers] == [401, 401, 403, 401]
    platform.until_stored(5, device)


@pytest.mark.parametrize("path", ["not%20a%20device", "a?metric=t"])
def test_what_is_no_device_is_refused(platform: RunningPlatform, path: str) -> None:
    answer = _erase(platform, path)
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid-parameter")
