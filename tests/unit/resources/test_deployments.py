from typing import Any

import pytest

from telemetry_contract.settings import Component
from telemetry_operator.resources.deployments import LEAVE_SECONDS, replicas_of
from telemetry_operator.resources.objects import Object
from telemetry_operator.resources.workloads import build_workloads
from tests.unit.resources.given import context_for, of_kind, platform_in

DRAIN_SECONDS = 10 + 1 + 10 + 3  # requests, what they began, spans: the services' own settings


def deployments(**spec: Any) -> dict[str, Object]:  # noqa: ANN401 - a manifest's fields
    platform = platform_in(**spec)
    return of_kind(build_workloads(platform, context_for(platform)), "Deployment")


def test_an_autoscalers_count_is_not_ours_to_say() -> None:
    platform = platform_in(architecture="scale", producer={"replicas": 2})
    assert replicas_of(Component.PRODUCER, platform, context_for(platform)) == {}


def test_a_fixed_count_is_the_specs() -> None:
    platform = platform_in(producer={"replicas": 3})
    assert replicas_of(Component.PRODUCER, platform, context_for(platform)) == {"replicas": 3}


def test_a_stopped_component_is_stopped_under_an_autoscaler_too() -> None:
    platform = platform_in(architecture="scale", producer={"replicas": 0})
    assert replicas_of(Component.PRODUCER, platform, context_for(platform)) == {"replicas": 0}


@pytest.mark.parametrize("preset", ["scale", "baseline"])
def test_what_reconciling_decided_wins_and_replaces_no_pod(preset: str) -> None:
    platform = platform_in(architecture=preset)
    handed = context_for(platform, replicas={Component.PRODUCER: 7})
    deployment = of_kind(build_workloads(platform, handed), "Deployment")["demo-producer"]
    assert deployment["spec"]["replicas"] == 7
    assert deployment["spec"]["template"] == deployments(architecture=preset)["demo-producer"]["spec"]["template"]


@pytest.mark.parametrize("preset", ["kafka", "stream-memory"])
def test_the_grace_period_covers_the_drain(preset: str) -> None:
    for deployment in deployments(architecture=preset).values():
        pod = deployment["spec"]["template"]["spec"]
        leaving = LEAVE_SECONDS if "lifecycle" in pod["containers"][0] else 0
        assert pod["terminationGracePeriodSeconds"] > leaving + DRAIN_SECONDS


def test_a_bad_image_takes_nobodys_place() -> None:
    for deployment in deployments(architecture="kafka").values():
        assert deployment["spec"]["strategy"]["rollingUpdate"] == {"maxUnavailable": 0, "maxSurge": 1}


def test_two_consumers_never_keep_history_at_once() -> None:
    consumer = deployments(architecture="stream-memory")["demo-consumer"]["spec"]
    assert (consumer["replicas"], consumer["strategy"]) == (1, {"type": "Recreate"})
