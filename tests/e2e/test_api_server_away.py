"""The API server gone for a while: what drifted meanwhile is put right by the operator, and nothing is doubled."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import pytest
from tools.cluster.jobs import complete_jobs
from tools.cluster.kubectl import Kubectl, until
from tools.prove.operating import Operator, operating

from telemetry_operator.resources.objects import Key
from tests.e2e.harness.away import Door, door
from tests.e2e.harness.crashes import objects_of
from tests.e2e.harness.fence import LABELS, fence, wait_for_fence
from tests.e2e.harness.namespaces import deploy, own_namespace
from tests.e2e.harness.platforms import Platform

pytestmark = [pytest.mark.xdist_group("crash-points")]  # those of the fence

BLINK_SECONDS: Final = 4.0
"""Less than a leader may be without its Lease."""
AWAY_SECONDS: Final = 20.0
"""More than that: the process ends, and as kubelet would the test begins another."""
REPAIR_SECONDS: Final = 60.0
LABEL: Final = "app.kubernetes.io/name"


@pytest.fixture(scope="module")
def place(kubectl: Kubectl) -> Iterator[Kubectl]:
    with fence(kubectl), own_namespace(kubectl, LABELS) as own:
        wait_for_fence(own)
        yield own


@pytest.fixture(scope="module")
def way(place: Kubectl, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Door]:
    with door(place, tmp_path_factory.mktemp("door")) as way:
        yield way


@pytest.fixture(scope="module")
def platform(place: Kubectl) -> Platform:
    return deploy(place, "crash")


@contextmanager
def _operator(way: Door, place: Kubectl, directory: Path) -> Iterator[Operator]:
    with operating(place.namespace, directory, KUBECONFIG=str(way.kubeconfig)) as operator:
        yield operator


def _settled(platform: Platform) -> bool:
    complete_jobs(platform.kubectl, platform.selector)
    return platform.condition("Ready").get("status") == "True"


def _uids(platform: Platform) -> dict[Key, str]:
    return {key: found["metadata"]["uid"] for key, found in objects_of(platform).items()}


def _tamper(platform: Platform) -> None:
    for kind in ("deployment", "service"):
        platform.kubectl("label", kind, platform.object_name("producer"), f"{LABEL}=tampered", "--overwrite")


def _is_repaired(platform: Platform) -> bool:
    found = (platform.kubectl.need(kind, platform.object_name("producer")) for kind in ("deployment", "service"))
    return all(one["metadata"]["labels"][LABEL] == "telemetry-platform" for one in found)


def _until_repaired(platform: Platform) -> None:
    until(lambda: _is_repaired(platform), what="the labels as they were", seconds=REPAIR_SECONDS)


def test_a_moment_without_it_is_passed_over(way: Door, platform: Platform, tmp_path: Path) -> None:
    with _operator(way, platform.kubectl, tmp_path) as operator:
        until(lambda: _settled(platform), what="a platform as specified", seconds=120)
        before = _uids(platform)
        way.shut()
        _tamper(platform)
        time.sleep(BLINK_SECONDS)
        assert not _is_repaired(platform)
        way.open()
        _until_repaired(platform)
        # Watches are back: the resync would take minutes.
        _tamper(platform)
        _until_repaired(platform)
        assert operator.leads()
    assert _uids(platform) == before


def test_after_a_longer_time_the_next_process_carries_on(way: Door, platform: Platform, tmp_path: Path) -> None:
    with _operator(way, platform.kubectl, tmp_path) as operator:
        until(lambda: _settled(platform), what="a platform as specified", seconds=120)
        before = _uids(platform)
        way.shut()
        _tamper(platform)
        until(lambda: operator.exit_code() is not None, what="the end of a leader without its Lease")
        assert operator.exit_code() == 1
        time.sleep(max(0.0, AWAY_SECONDS - BLINK_SECONDS))
        way.open()
    with _operator(way, platform.kubectl, tmp_path):
        _until_repaired(platform)
        _tamper(platform)
        _until_repaired(platform)
    assert _uids(platform) == before
