from typing import Any

from telemetry_operator.resources.workloads import build_workloads
from tests.unit.resources.given import context_for, of_kind, platform_in


def budgets(**spec: Any) -> dict[str, Any]:  # noqa: ANN401 - a manifest's fields
    platform = platform_in(**spec)
    found = of_kind(build_workloads(platform, context_for(platform)), "PodDisruptionBudget")
    return {name: one["spec"] for name, one in found.items()}


def test_a_component_of_one_pod_has_no_budget() -> None:
    assert budgets() == {}
    assert budgets(architecture="stream-memory") == {}


def test_several_pods_are_taken_one_at_a_time() -> None:
    assert budgets(producer={"replicas": 2})["demo-producer"]["maxUnavailable"] == 1


def test_the_last_pod_of_an_autoscaler_can_be_drained() -> None:
    assert budgets(architecture="scale").keys() == {"demo-producer", "demo-analytics"}
    assert all("minAvailable" not in budget for budget in budgets(architecture="scale").values())
