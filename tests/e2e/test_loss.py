"""Pods of each kind deleted under load: what was acknowledged is stored all the same."""

from collections.abc import Iterator

import pytest
from tools.cluster.kubectl import Kubectl, until
from tools.cluster.release import Release

from tests.e2e.harness.load import load_on
from tests.e2e.harness.namespaces import deploy, own_namespace
from tests.e2e.harness.platforms import Platform, is_ready

COMPONENTS = ["producer", "consumer", "analytics", "postgres", "redis", "kafka"]

pytestmark = pytest.mark.xdist_group("loss")


@pytest.fixture(scope="module")
def platform(kubectl: Kubectl, release: Release) -> Iterator[Platform]:
    with own_namespace(kubectl) as own:
        platform = deploy(own, "loss")
        platform.until("Available")
        yield platform


def _ready(platform: Platform, component: str) -> set[str]:
    """Uids of the component's pods, if all of them are ready."""
    pods = platform.pods(component)
    return {pod["metadata"]["uid"] for pod in pods} if all(is_ready(pod) for pod in pods) else set()


@pytest.mark.parametrize("component", COMPONENTS)
def test_a_pod_deleted_under_load_loses_nothing(platform: Platform, component: str) -> None:
    before = _ready(platform, component)
    with load_on(platform):
        for pod in platform.pods(component):
            platform.kubectl.delete("pod", pod["metadata"]["name"], "--wait=false", "--grace-period=1")
        until(lambda: _ready(platform, component) - before, what=f"another {component} that is ready")
        platform.until("Ready")
