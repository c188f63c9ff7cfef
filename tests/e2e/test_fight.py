"""Somebody who changes the same field again and again: told of, and answered no faster than anybody else."""

import json
import time
from typing import Final

import pytest
from tools.cluster.kubectl import Object, until
from tools.cluster.release import Release

from telemetry_operator.controller.schedule import Pace
from telemetry_operator.reconcile.reporting.repairs import REPAIRS_OF_A_FIGHT
from tests.e2e.conftest import Deploy
from tests.e2e.harness.evidence import OPERATOR
from tests.e2e.harness.platforms import Platform

LABEL: Final = "app.kubernetes.io/name"
AT_ONCE: Final = 10  # changes, as fast as they can be made, before the operator is looked at again

# Operators that are replaced forget how often they put something back; these tests are not beside it.
pytestmark = pytest.mark.xdist_group("autoscaling")


@pytest.fixture
def account(deploy: Deploy) -> tuple[Platform, str]:
    """An object that nobody needs for the time being: no pod runs."""
    platform = deploy("crash")
    (found,) = until(lambda: platform.owned("serviceaccounts"), what="an account")
    return platform, found["metadata"]["name"]


def _labels(platform: Platform, name: str) -> Object:
    return dict(platform.kubectl.need("serviceaccount", name)["metadata"]["labels"])


def _insist(platform: Platform, name: str, release: Release) -> int:
    """Change the label until it was put back often enough to be called a fight; how many changes that took."""
    change = json.dumps({"metadata": {"labels": {LABEL: "rival"}}})
    patch = ("patch", "serviceaccount", name, "--field-manager=rival", "--type=merge", f"--patch={change}")
    changes = 0

    def is_fought() -> bool:
        nonlocal changes
        for _ in range(AT_ONCE):
            platform.kubectl(*patch)
        changes += AT_ONCE
        return _repairs(platform, release) >= REPAIRS_OF_A_FIGHT

    until(is_fought, what="a fight")
    return changes


def _repairs(platform: Platform, release: Release) -> int:
    """How often the account was put back, by the operator's log."""
    lines = release.kubectl("logs", "--selector", OPERATOR, "--tail=-1").splitlines()
    records = [json.loads(line) for line in lines if "ServiceAccount" in line and platform.kubectl.namespace in line]
    return sum((one["event"], one.get("cause")) == ("object-written", "Drifted") for one in records)


def test_a_rival_is_named_and_does_not_drive_the_operator_in_a_circle(
    account: tuple[Platform, str], release: Release
) -> None:
    platform, name = account
    begun = time.monotonic()
    changes = _insist(platform, name, release)
    until(lambda: _labels(platform, name)[LABEL] != "rival", what="the label as it was")
    writes, seconds = _repairs(platform, release), time.monotonic() - begun
    assert writes < changes
    assert writes <= seconds / Pace().gap + 1
    told = platform.until_reason("Warning", "PersistentFight")
    assert name in told
    assert "against rival" in told
    events = platform.kubectl("get", "events", "--field-selector", "reason=PersistentFight", "--output", "name")
    assert len(events.split()) == 1
