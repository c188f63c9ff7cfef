"""Whether a run's pods fit the quotas of their namespace."""

from typing import Any

import pytest

from telemetry_operator.reconcile.runs.room import without_room
from telemetry_operator.resources.benchmark import build_run
from telemetry_operator.resources.objects import Object
from tests.unit.resources.given import platform_in
from tests.unit.resources.given_benchmark import run_for


def quota(hard: dict[str, str], used: dict[str, str] | None = None, **spec: Any) -> Object:  # noqa: ANN401 - a quota's
    return {"metadata": {"name": "small"}, "spec": {"hard": hard, **spec}, "status": {"hard": hard, "used": used or {}}}


def said(*quotas: Object, workers: int = 2) -> str:
    found = without_room(quotas, build_run(run_for(platform_in(), workers=workers)))
    return found.message if found else ""


@pytest.mark.parametrize(
    ("name", "enough"),
    [("limits.cpu", 64), ("limits.memory", 2**36), ("requests.cpu", 8), ("cpu", 8), ("pods", 9), ("count/pods", 9)],
)
def test_pods_fit_a_quota_of_enough_and_not_one_of_too_little(name: str, enough: int) -> None:
    assert said(quota({name: str(enough)})) == ""
    assert f"of {name}" in said(quota({name: "50m"}))


def test_what_others_have_taken_is_not_left() -> None:
    assert said(quota({"pods": "9"}, {"pods": "2"})) == ""
    assert "ResourceQuota small leaves 1" in said(quota({"pods": "9"}, {"pods": "8"}))
    assert "leaves 0" in said(quota({"pods": "9"}, {"pods": "12"}))


def test_each_worker_needs_its_share() -> None:
    assert said(quota({"limits.cpu": "10"}), workers=2) == ""
    assert "of limits.cpu" in said(quota({"limits.cpu": "10"}), workers=16)


def test_quotas_of_other_things_and_of_some_pods_only_are_left_aside() -> None:
    assert said(quota({"services": "0", "configmaps": "0"})) == ""
    assert said(quota({"pods": "0"}, scopes=["BestEffort"])) == ""
    assert said(quota({"pods": "0"}, scopeSelector={"matchExpressions": [{"scopeName": "PriorityClass"}]})) == ""


def test_a_quota_that_nobody_has_counted_yet_keeps_nobody_out() -> None:
    assert said({"metadata": {"name": "new"}, "spec": {"hard": {"pods": "0"}}}) == ""
