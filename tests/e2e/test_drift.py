"""What becomes of a platform's objects when somebody else changes them: ours is restored, theirs is left alone."""

from collections.abc import Iterator

import pytest
from tools.cluster.kubectl import Kubectl, Object, until
from tools.cluster.release import Release

from tests.e2e.harness.namespaces import deploy, own_namespace
from tests.e2e.harness.platforms import Platform

OURS = "app.kubernetes.io/name"
THEIRS = "example.org/note"
# Secrets and settings that are made once are never written again, and a Job's name says all of it.
KINDS = ["deployment", "statefulset", "service", "serviceaccount", "networkpolicy", "poddisruptionbudget"]
SECONDS = 30.0

pytestmark = [pytest.mark.smoke, pytest.mark.xdist_group("drift")]


@pytest.fixture(scope="module")
def platform(kubectl: Kubectl, release: Release) -> Iterator[Platform]:
    with own_namespace(kubectl) as own:
        platform = deploy(own, "drift")
        platform.until("Available")
        yield platform


@pytest.fixture(params=KINDS)
def drifting(request: pytest.FixtureRequest, platform: Platform) -> Object:
    """One object of each kind."""
    owned = platform.owned(request.param)
    assert owned, f"the platform has no {request.param}"
    return owned[0]


def _live(platform: Platform, found: Object) -> Object:
    return platform.kubectl.need(found["kind"], found["metadata"]["name"])


def test_a_changed_field_of_ours_is_repaired_and_a_foreign_one_is_left(platform: Platform, drifting: Object) -> None:
    metadata = drifting["metadata"]
    change = {"metadata": {"labels": {OURS: "tampered"}, "annotations": {THEIRS: "kept"}}}
    platform.kubectl.patch(drifting["kind"], metadata["name"], change)

    def repaired() -> bool:
        return bool(_live(platform, drifting)["metadata"]["labels"][OURS] == metadata["labels"][OURS])

    until(repaired, what=f"the label of {drifting['kind']} is as it was", seconds=SECONDS)
    assert _live(platform, drifting)["metadata"]["annotations"][THEIRS] == "kept"


def test_replicas_that_somebody_else_changed_are_ours_again(platform: Platform) -> None:
    name = platform.object_name("analytics")
    platform.kubectl("scale", "deployment", name, "--replicas=3")
    until(lambda: platform.kubectl.need("deployment", name)["spec"]["replicas"] == 1, what="1 replica", seconds=SECONDS)


@pytest.mark.parametrize("kind", ["deployment", "service", "networkpolicy", "poddisruptionbudget", "serviceaccount"])
def test_a_deleted_object_comes_back(platform: Platform, kind: str) -> None:
    gone = platform.owned(kind)[0]["metadata"]
    platform.kubectl.delete(kind, gone["name"])

    def is_back() -> bool:
        found = platform.kubectl.get(kind, gone["name"])
        return found is not None and found["metadata"]["uid"] != gone["uid"]

    until(is_back, what=f"another {kind} {gone['name']}", seconds=SECONDS)


def test_after_all_of_it_the_platform_is_available_and_nothing_restarted(platform: Platform) -> None:
    platform.until("Available")
    assert not platform.restarts()
