"""PostgreSQL moved elsewhere and back: what becomes of the data, and of a Secret that its owner changes."""

from typing import Any, Final

import pytest
from tools.cluster.kubectl import until

from telemetry_contract.times import format_time
from tests.e2e.conftest import Deploy
from tests.e2e.harness.platforms import RESOURCE, Platform, is_ready
from tests.support.feed import now_microseconds

ELSEWHERE: Final[dict[str, Any]] = {
    "provider": "external",
    "builtin": None,
    "external": {
        "address": "elsewhere:5432",
        "tls": {"enabled": False},
        "credentials": {"secretName": "elsewhere"},
    },
}
BUILTIN: Final[dict[str, Any]] = {
    "provider": "builtin",
    "builtin": {"storage": {"size": "256Mi"}, "resources": {"requests": {"cpu": "20m", "memory": "96Mi"}}},
    "external": None,
}
ROLLED_SECONDS: Final = 120.0


@pytest.fixture
def platform(deploy: Deploy) -> Platform:
    platform = deploy("provider")
    platform.kubectl.wait("pod/elsewhere", "condition=Ready", 120)
    platform.until("Available")
    return platform


def _store(platform: Platform, device: str) -> None:
    with platform.target() as target:
        target.send(device, {"time": format_time(now_microseconds()), "metrics": {"n": 1}}).raise_for_status()
        target.until_stored(1, device)


def _devices(platform: Platform) -> list[str]:
    with platform.target() as target:
        return [it["device"] for it in target.get("/devices").raise_for_status().json()["devices"]]


def _move(platform: Platform, postgres: dict[str, Any]) -> None:
    platform.patch(postgres=postgres)
    platform.until("Ready")


def _claims(platform: Platform) -> set[str]:
    return {claim["metadata"]["uid"] for claim in platform.owned("persistentvolumeclaims")}


def _programs(platform: Platform) -> set[str]:
    """Uids of the producer's pods, if all are ready."""
    pods = platform.pods("producer")
    return {pod["metadata"]["uid"] for pod in pods} if all(is_ready(pod) for pod in pods) else set()


def test_a_server_elsewhere_takes_no_history_and_the_volume_waits_for_the_way_back(platform: Platform) -> None:
    _store(platform, "here")
    claims = _claims(platform)

    _move(platform, ELSEWHERE)
    assert "postgres" in platform.until_reason("Warning", "HistoryUnread")
    until(lambda: not platform.owned("statefulsets"), what="no PostgreSQL of its own")
    assert _claims(platform) == claims
    _store(platform, "elsewhere")
    assert _devices(platform) == ["elsewhere"]

    _change_password(platform, "second")
    _store(platform, "with-another-password")

    _move(platform, BUILTIN)
    assert (_claims(platform), _devices(platform)) == (claims, ["here"])


def _change_password(platform: Platform, password: str) -> None:
    """First at the server, then in the Secret that the manifest names; nobody watches that one, so it is told."""
    before = _programs(platform)
    kubectl = platform.kubectl
    kubectl("exec", "elsewhere", "--", "psql", "-U", "telemetry", "-c", f"ALTER ROLE telemetry PASSWORD '{password}'")
    kubectl.patch("secret", "elsewhere", {"stringData": {"password": password}})
    kubectl("annotate", RESOURCE, platform.name, "example.org/look=now", "--overwrite")

    def replaced() -> bool:
        pods = _programs(platform)
        return bool(pods) and before.isdisjoint(pods)

    until(replaced, what="programs with the new password", seconds=ROLLED_SECONDS)
    platform.until("Ready")
