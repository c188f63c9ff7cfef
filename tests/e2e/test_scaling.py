"""How many pods there are, and who says so: the manifest, or an autoscaler."""

from collections.abc import Callable

import pytest
from tools.cluster.kubectl import Object, until

from tests.e2e.conftest import Deploy
from tests.e2e.harness.platforms import Platform

pytestmark = [pytest.mark.smoke, pytest.mark.xdist_group("scaling")]


def _deployment(platform: Platform) -> Object:
    return platform.kubectl.need("deployment", platform.object_name("producer"))


def _ready(platform: Platform, count: int) -> Callable[[], bool]:
    return lambda: _deployment(platform)["status"].get("readyReplicas", 0) == count


def test_replicas_follow_the_manifest_and_the_autoscaler_in_turn(deploy: Deploy) -> None:
    platform = deploy("scaling")
    platform.until("Available")

    platform.patch(producer={"replicas": 2})
    until(_ready(platform, 2), what="2 producers are ready")

    # From the manifest to the autoscaler: no jump, although the field has no owner in between.
    platform.patch(scaling="hpa", producer={"replicas": 1, "autoscaling": {"minReplicas": 2, "maxReplicas": 4}})
    until(lambda: platform.owned("horizontalpodautoscaler"), what="an autoscaler")
    platform.until("Available")
    assert _deployment(platform)["spec"]["replicas"] == 2

    # What the autoscaler sets stands, whatever visits there are and whatever the manifest's own count is.
    platform.patch(producer={"autoscaling": {"minReplicas": 3}})
    until(_ready(platform, 3), what="3 producers are ready")
    platform.patch(cache={"ttl": "2s"})
    platform.until("Available")
    assert _deployment(platform)["spec"]["replicas"] == 3

    # And back: the manifest's count.
    platform.patch(scaling="fixed", producer={"replicas": 1})
    until(lambda: not platform.owned("horizontalpodautoscaler"), what="no autoscaler")
    until(lambda: _deployment(platform)["spec"]["replicas"] == 1, what="the manifest's replica")


def test_nothing_of_a_component_runs_where_none_is_wanted(deploy: Deploy) -> None:
    platform = deploy("scaling", analytics={"replicas": 0})
    until(lambda: platform.pods("producer"), what="a producer")
    until(lambda: not platform.pods("analytics"), what="no analytics")
