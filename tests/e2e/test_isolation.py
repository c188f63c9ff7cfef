"""Who may speak to a platform's pods where its policies are on, in a namespace that lets no pod be privileged."""

import json
from collections.abc import Iterator
from typing import Final

import pytest
from tools.cluster.kubectl import Kubectl
from tools.cluster.release import Release

from tests.e2e.harness.namespaces import deploy, own_namespace
from tests.e2e.harness.platforms import Platform

RESTRICTED: Final = {"pod-security.kubernetes.io/enforce": "restricted"}
PUBLIC, MANAGEMENT = 8080, 9090
PORTS: Final = {
    "producer": (PUBLIC, MANAGEMENT),
    "analytics": (PUBLIC, MANAGEMENT),
    "consumer": (MANAGEMENT,),
    "postgres": (5432,),
    "redis": (6379,),
    "kafka": (9092, 9093),
}
# Run in a pod: which of the addresses on standard input a connection can be made to.
PROBE: Final = """
import json, socket, sys
def is_open(address):
    try:
        socket.create_connection(address, 3).close()
    except OSError:
        return False
    return True
print(json.dumps([address for address in json.load(sys.stdin) if is_open(tuple(address))]))
"""

pytestmark = pytest.mark.xdist_group("isolation")


@pytest.fixture(scope="module")
def platform(kubectl: Kubectl, release: Release) -> Iterator[Platform]:
    with own_namespace(kubectl, RESTRICTED) as own:
        platform = deploy(own, "isolation")
        platform.until("Available")
        own.wait("pod/stranger", "condition=Ready")
        yield platform


@pytest.fixture(scope="module")
def open_to_strangers(platform: Platform) -> set[tuple[str, int]]:
    pods = {pod["status"]["podIP"]: pod["metadata"]["labels"]["app.kubernetes.io/component"] for pod in platform.pods()
            if pod["status"]["phase"] == "Running"}  # fmt: skip
    addresses = [(address, port) for address, component in pods.items() for port in PORTS[component]]
    found = platform.kubectl("exec", "--stdin", "stranger", "--", "python", "-c", PROBE, stdin=json.dumps(addresses))
    return {(pods[address], port) for address, port in json.loads(found)}


def test_a_platform_is_available_in_a_restricted_namespace_with_policies(platform: Platform) -> None:
    platform.until("Available")
    assert not platform.restarts()


def test_strangers_reach_what_is_for_all_and_nothing_else(open_to_strangers: set[tuple[str, int]]) -> None:
    assert open_to_strangers == {("producer", PUBLIC), ("analytics", PUBLIC)}
