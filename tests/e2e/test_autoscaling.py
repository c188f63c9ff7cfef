"""An autoscaler under load: more pods, each with its share, and a count that nobody takes back."""

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import httpx
import pytest
from tools.cluster.kubectl import until
from tools.cluster.release import Release

from telemetry_contract.times import format_time
from tests.e2e.conftest import Deploy
from tests.e2e.harness.platforms import Platform
from tests.support.feed import now_microseconds
from tests.support.target import Target

SENDERS: Final = 4
GROWN_SECONDS: Final = 180.0
ANSWERED: Final = re.compile(r'^telemetry_http_requests_total{.*status="2..".*} ([0-9.e+]+)$', re.MULTILINE)

pytestmark = pytest.mark.xdist_group("autoscaling")


@contextmanager
def _many_senders(target: Target) -> Iterator[None]:
    """Devices that each send one reading after the other, over a new connection each time, as field devices do."""
    stop = threading.Event()

    def send(number: int) -> None:
        while not stop.is_set():
            reading = {"time": format_time(now_microseconds()), "metrics": {"n": number}}
            try:
                target.send(f"device-{number}", reading)
            except httpx.TransportError:
                stop.wait(0.1)

    threads = [threading.Thread(target=send, args=(number,), daemon=True) for number in range(SENDERS)]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        stop.set()
        for thread in threads:
            thread.join()


def _replicas(platform: Platform) -> int:
    return int(platform.kubectl.need("deployment", platform.object_name("producer"))["spec"]["replicas"])


def _answered(platform: Platform, pod: str) -> float:
    """Requests that a pod has answered well."""
    path = f"/api/v1/namespaces/{platform.kubectl.namespace}/pods/{pod}:9090/proxy/metrics"
    return sum(float(count) for count in ANSWERED.findall(platform.kubectl("get", "--raw", path)))


def test_under_load_pods_are_added_that_take_their_share(deploy: Deploy, release: Release) -> None:
    platform = deploy("autoscaling")
    platform.until("Available")
    with platform.target() as target, _many_senders(target):
        until(lambda: _replicas(platform) > 1, what="more than 1 replica", seconds=GROWN_SECONDS)
        platform.until("Ready")
        pods = [pod["metadata"]["name"] for pod in platform.pods("producer")]
        for pod in pods:
            until(lambda pod=pod: _answered(platform, pod) > 20, what=f"{pod} answers")  # type: ignore[misc]
        grown = _replicas(platform)
        release.kubectl("rollout", "restart", "deployment")
        release.kubectl("rollout", "status", "deployment", "--timeout=120s", timeout=150)
        platform.patch(cache={"ttl": "3s"})
        platform.until("Ready")
        assert _replicas(platform) >= grown
