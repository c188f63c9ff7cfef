"""One platform in the cluster for each preset, for all tests of the contract; the tests know it by its addresses."""

from collections.abc import Iterator

import pytest
from tools.cluster.kubectl import Kubectl
from tools.cluster.release import Release

from tests.acceptance.conftest import PRESETS
from tests.e2e.harness.namespaces import deploy, own_namespace
from tests.e2e.harness.platforms import Platform
from tests.support.target import Target

SMOKE = {"baseline", "kafka"}


def _parameter(preset: str) -> object:
    marks = [pytest.mark.xdist_group(f"contract-{preset}"), *([pytest.mark.smoke] if preset in SMOKE else [])]
    return pytest.param(preset, marks=marks)


@pytest.fixture(scope="session", params=[_parameter(preset) for preset in PRESETS])
def deployed(request: pytest.FixtureRequest, kubectl: Kubectl, release: Release) -> Iterator[Platform]:
    with own_namespace(kubectl) as own:
        platform = deploy(own, f"presets/{request.param}.yaml")
        platform.until("Available")
        yield platform
        assert not platform.restarts(), f"pods restarted without a reason: {platform.restarts()}"


@pytest.fixture(scope="session")
def platform(deployed: Platform) -> Iterator[Target]:
    with deployed.target() as target:
        yield target
