"""What goes wrong with pods, secrets and quotas stands in the status in their own words, and ends when it is mended."""

from typing import Any

import pytest
from tools.cluster.kubectl import Kubectl, KubectlError, until

from tests.e2e.conftest import Deploy
from tests.e2e.harness.platforms import Platform, is_ready


def _ready_pods(platform: Platform, component: str) -> set[str]:
    return {pod["metadata"]["name"] for pod in platform.pods(component) if is_ready(pod)}


def _restored(found: dict[str, Any]) -> dict[str, Any]:
    """An object as its owner has it in a backup."""
    metadata = {key: found["metadata"][key] for key in ("name", "labels") if key in found["metadata"]}
    kept = ("apiVersion", "kind", "type", "data")
    return {**{key: found[key] for key in kept if key in found}, "metadata": metadata}


def test_an_image_that_nobody_has_is_named(deploy: Deploy) -> None:
    platform = deploy("image-pull")
    assert "telemetry/services:nobody-has-it" in platform.until_reason("Degraded", "ImagePullFailed")
    assert platform.condition("Available")["status"] == "False"


def test_a_bad_image_goes_no_further_than_the_first_pod_and_editing_it_back_recovers(deploy: Deploy) -> None:
    platform = deploy("plain", producer={"replicas": 2})
    platform.until("Available")
    before = _ready_pods(platform, "producer")
    platform.patch(images={"services": "telemetry/services:nobody-has-it"})
    platform.until_reason("Degraded", "ImagePullFailed")
    assert _ready_pods(platform, "producer") == before
    platform.patch(images=None)
    platform.until("Degraded", "False")
    platform.until("Available")


def test_a_pod_that_no_node_has_room_for_is_told(deploy: Deploy) -> None:
    assert "cpu" in deploy("unschedulable").until_reason("Degraded", "Unschedulable")


def test_a_quota_that_is_used_up_is_told_and_then_not_any_more(deploy: Deploy, place: Kubectl) -> None:
    platform = deploy("quota")
    assert "tight" in platform.until_reason("Degraded", "QuotaExceeded")
    place.delete("resourcequota", "tight")
    platform.until("Available")
    platform.until("Degraded", "False")


@pytest.mark.parametrize(
    ("kind", "part", "reason"),
    [("secret", "postgres", "SecretMissing"), ("configmap", "revocations", "RevocationsMissing")],
)
def test_what_was_made_once_and_is_lost_is_told_and_never_made_anew(
    deploy: Deploy, place: Kubectl, kind: str, part: str, reason: str
) -> None:
    platform = deploy("plain")
    platform.until("Available")
    name = platform.object_name(part)
    lost = place.need(kind, name)
    place.delete(kind, name)
    assert name in platform.until_reason("Degraded", reason)
    assert place.get(kind, name) is None
    place.apply(_restored(lost))
    platform.until("Degraded", "False")
    platform.until("Available")


def test_a_paused_platform_is_observed_and_left_alone_and_can_be_deleted(deploy: Deploy, place: Kubectl) -> None:
    platform = deploy("plain")
    platform.until("Available")
    platform.patch(paused=True)
    platform.until("Paused")
    producer = platform.object_name("producer")
    place("scale", "deployment", producer, "--replicas=0")
    platform.until("Available", "False")
    assert place.need("deployment", producer)["spec"]["replicas"] == 0
    platform.delete("--wait")
    until(lambda: not platform.owned("deployments,statefulsets,pods"), what="nothing of the platform is left")


def test_what_cannot_be_done_to_a_volume_is_refused(deploy: Deploy) -> None:
    platform = deploy("plain")
    with pytest.raises(KubectlError, match="storage"):
        platform.patch(postgres={"builtin": {"storage": {"size": "128Mi"}}})
