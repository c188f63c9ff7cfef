"""An operator with rights in one namespace alone, from its installation to its end."""

from collections.abc import Iterator

import pytest
from tools.cluster.kubectl import Kubectl, until
from tools.cluster.release import Release

from tests.e2e.harness.fence import LABEL, fence, wait_for_fence
from tests.e2e.harness.namespaces import deploy, own_namespace
from tests.e2e.harness.platforms import RESOURCE, Platform

pytestmark = pytest.mark.xdist_group("crash-points")  # those of the fence


@pytest.fixture(scope="module")
def home(kubectl: Kubectl) -> Iterator[Kubectl]:
    with own_namespace(kubectl) as own:
        yield own


@pytest.fixture(scope="module")
def watched(kubectl: Kubectl, home: Kubectl) -> Iterator[Kubectl]:
    """A namespace in which only the operator of this module writes, whoever else looks after the whole cluster."""
    with fence(kubectl), own_namespace(kubectl, {LABEL: home.namespace}) as own:
        wait_for_fence(own)
        yield own


@pytest.fixture(scope="module")
def narrow(home: Kubectl, watched: Kubectl) -> Iterator[Release]:
    release = Release(home, "narrow")
    release.install(*_options(watched))
    yield release
    release.uninstall()


@pytest.fixture(scope="module")
def platform(watched: Kubectl, narrow: Release) -> Platform:
    return deploy(watched, "plain")


def _options(watched: Kubectl) -> tuple[str, ...]:
    return ("--set", f"watch.namespaces={{{watched.namespace}}}", "--set", "crds.install=false")


def _pods(platform: Platform) -> set[str]:
    return {pod["metadata"]["uid"] for pod in platform.pods()}


def test_a_role_in_the_namespace_is_enough_for_a_whole_platform(platform: Platform, narrow: Release) -> None:
    platform.until("Ready")
    said = narrow.kubectl("logs", "deployment/narrow-telemetry-operator")
    assert "forbidden" not in said.lower()
    assert not narrow.kubectl.list("clusterroles", "app.kubernetes.io/instance=narrow")


def test_an_upgrade_of_the_chart_restarts_no_pod(platform: Platform, narrow: Release, watched: Kubectl) -> None:
    platform.until("Ready")
    before = _pods(platform)
    narrow.install(*_options(watched), "--set", "podAnnotations.upgraded=yes")
    platform.patch(cache={"ttl": "3s"})
    platform.until("Ready")
    assert _pods(platform) == before


def test_platforms_go_on_without_it(platform: Platform, narrow: Release) -> None:
    platform.until("Ready")
    before = _pods(platform)
    narrow.uninstall()
    until(lambda: not narrow.kubectl.list("pods", "app.kubernetes.io/instance=narrow"), what="no operator")
    assert _pods(platform) == before
    assert platform.kubectl.get("crd", RESOURCE)
    with platform.target() as target:
        assert target.get("/stats").is_success
