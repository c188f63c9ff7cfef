"""The operator as the chart installs it."""

import pytest
from tools.cluster.release import Release

OPERATOR = "app.kubernetes.io/name=telemetry-operator"


@pytest.mark.smoke
def test_the_chart_installs_an_operator_that_is_healthy(release: Release) -> None:
    pods = release.kubectl.list("pods", OPERATOR)
    assert pods
    release.kubectl.wait(f"pod/{pods[0]['metadata']['name']}", "condition=Ready")


@pytest.mark.smoke
def test_the_charts_own_test_passes(release: Release) -> None:
    assert "Phase:          Succeeded" in release.test()
