"""What is left of a platform that is deleted: its data where it is to be retained, else nothing."""

import pytest
from tools.cluster.kubectl import until

from telemetry_contract.times import format_time
from tests.e2e.conftest import Deploy
from tests.e2e.harness.platforms import Platform
from tests.support.feed import now_microseconds

RUNNING = "pods,deployments,statefulsets,services,jobs,horizontalpodautoscalers,networkpolicies,poddisruptionbudgets"
KEPT = "persistentvolumeclaims,secrets"
DEVICE = "kept-1"
COUNT = 20

pytestmark = [pytest.mark.smoke, pytest.mark.xdist_group("deletion")]


def _fill(platform: Platform) -> tuple[int, str]:
    now = now_microseconds()
    readings = [{"time": format_time(now - n * 1_000_000), "metrics": {"n": n}} for n in range(COUNT)]
    with platform.target() as target:
        target.send(DEVICE, readings).raise_for_status()
        target.until_stored(COUNT, DEVICE)
        return target.digest(DEVICE)


def _uids(platform: Platform, kinds: str) -> set[str]:
    return {it["metadata"]["uid"] for it in platform.owned(kinds)}


def test_retained_data_is_found_again_by_the_same_manifest(deploy: Deploy) -> None:
    platform = deploy("deletion", deletionPolicy="Retain")
    platform.until("Available")
    before, claims = _fill(platform), _uids(platform, "persistentvolumeclaims")
    assert claims

    platform.delete("--wait")
    until(lambda: not platform.owned(RUNNING), what="nothing of the platform runs")
    assert _uids(platform, "persistentvolumeclaims") == claims

    again = deploy("deletion", deletionPolicy="Retain")
    again.until("Available")
    assert _uids(again, "persistentvolumeclaims") == claims
    with again.target() as target:
        assert target.digest(DEVICE) == before


def test_deleted_data_leaves_nothing(deploy: Deploy) -> None:
    platform = deploy("deletion", deletionPolicy="Delete")
    platform.until("Available")
    _fill(platform)
    platform.delete("--wait")
    left = f"{RUNNING},{KEPT},configmaps,serviceaccounts"
    until(lambda: not platform.owned(left), what="nothing of the platform is left")
