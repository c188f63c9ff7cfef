"""A platform at rest: for as long as nothing changes, the operator writes nothing but its Lease."""

import os
import time
from collections import Counter
from collections.abc import Iterator
from typing import Final

import pytest
from tools.cluster import audit
from tools.cluster.kubectl import Kubectl, until
from tools.cluster.release import Release

from tests.e2e.harness.namespaces import deploy, own_namespace
from tests.e2e.harness.platforms import Platform

QUIET_SECONDS: Final = 30.0
REST_SECONDS: Final = float(os.environ.get("E2E_REST_SECONDS", "600"))
SETTLING_SECONDS: Final = 240.0  # autoscalers have their first figures, and pods have been added and taken away
# What a busy machine takes for its start must not call for another pod.
CALM: Final = {"autoscaling": {"minReplicas": 1, "maxReplicas": 2, "targetCpuPercent": 100},
               "resources": {"requests": {"cpu": "100m"}}}  # fmt: skip

pytestmark = [
    pytest.mark.xdist_group("rest"),
    pytest.mark.skipif(not audit.is_there(), reason="no audit log can be read here"),
]


@pytest.fixture(scope="module")
def platform(kubectl: Kubectl, release: Release) -> Iterator[Platform]:
    """The whole of it: every server, every program, an autoscaler for each."""
    with own_namespace(kubectl) as own:
        platform = deploy(own, "presets/kafka.yaml", producer=CALM, consumer=CALM, analytics=CALM)
        platform.until("Ready")
        yield platform


def _writes(platform: Platform, since: str) -> Counter[str]:
    """Writes in the platform's namespace by accounts of operators since a moment."""
    found = audit.requests_with(audit.in_namespace(platform.kubectl.namespace))
    ours = (one for one in found if one.at >= since and one.writes and one.user.endswith("telemetry-operator"))
    return Counter(f"{one.verb} {one.resource} {one.name}" for one in ours)


def _has_been_quiet(platform: Platform) -> bool:
    since = audit.now()
    time.sleep(QUIET_SECONDS)
    return not _writes(platform, since)


def test_what_is_written_on_the_way_is_in_the_log(platform: Platform) -> None:
    assert _writes(platform, "")["patch telemetryplatforms/status kafka"]


def test_a_platform_comes_to_rest(platform: Platform) -> None:
    until(lambda: _has_been_quiet(platform), what="a while without a write", seconds=SETTLING_SECONDS)


@pytest.mark.full
@pytest.mark.timeout(REST_SECONDS + 600)
def test_at_rest_nothing_is_written_however_long(platform: Platform) -> None:
    until(lambda: _has_been_quiet(platform), what="a while without a write", seconds=SETTLING_SECONDS)
    since = audit.now()
    time.sleep(REST_SECONDS)
    assert not _writes(platform, since)
    platform.until("Ready")
