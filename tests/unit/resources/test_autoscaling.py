from typing import Any

from telemetry_operator.resources.objects import Object
from telemetry_operator.resources.workloads import build_workloads
from tests.unit.resources.given import context_for, of_kind, platform_in


def autoscalers(**spec: Any) -> dict[str, Object]:  # noqa: ANN401 - a manifest's fields
    platform = platform_in(**spec)
    found = of_kind(build_workloads(platform, context_for(platform)), "HorizontalPodAutoscaler")
    return {name: one["spec"] for name, one in found.items()}


def test_no_more_consumers_are_asked_for_than_there_are_partitions() -> None:
    scaled = autoscalers(architecture="kafka", kafka={"topic": {"partitions": 2}})
    assert (scaled["demo-consumer"]["maxReplicas"], scaled["demo-producer"]["maxReplicas"]) == (2, 4)


def test_a_component_that_is_stopped_or_fixed_has_none() -> None:
    assert autoscalers(architecture="scale", producer={"replicas": 0}).keys() == {"demo-analytics"}
    assert autoscalers(architecture="stream-redis") == {}


def test_the_one_consumer_that_keeps_history_has_none() -> None:
    assert autoscalers(architecture="stream-memory", scaling="hpa").keys() == {"demo-producer", "demo-analytics"}


def test_growing_is_faster_than_shrinking() -> None:
    for scaled in autoscalers(architecture="kafka").values():
        up, down = scaled["behavior"]["scaleUp"], scaled["behavior"]["scaleDown"]
        assert up["stabilizationWindowSeconds"] < down["stabilizationWindowSeconds"]
