"""The operator itself: what becomes of platforms while it is away, and what it does when there is nothing to do."""

import pytest
from tools.cluster.release import Release

from tests.e2e.conftest import Deploy
from tests.e2e.harness.platforms import Platform

OPERATOR = "app.kubernetes.io/name=telemetry-operator"


def _pods(platform: Platform) -> set[str]:
    return {pod["metadata"]["uid"] for pod in platform.pods()}


@pytest.mark.xdist_group("autoscaling")
def test_an_operator_that_is_replaced_changes_nothing(deploy: Deploy, release: Release) -> None:
    platform = deploy("plain")
    platform.until("Available")
    before = _pods(platform)
    release.kubectl("delete", "pods", "--selector", OPERATOR, "--wait")
    release.kubectl("rollout", "status", "deployment", "--timeout=120s", timeout=150)
    platform.patch(cache={"ttl": "3s"})
    platform.until("Ready")
    assert _pods(platform) == before
    assert not platform.restarts()
