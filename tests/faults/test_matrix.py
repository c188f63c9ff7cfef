"""The matrix leaves nothing out but what is the same."""

import pytest

from telemetry_contract.architecture import PRESETS
from telemetry_contract.settings import Component
from telemetry_operator.environment import Binding, Endpoints, environment_of
from telemetry_operator.specs.layout import components_of, servers_of
from telemetry_operator.specs.manifest import parse_object
from telemetry_operator.specs.platform import API_VERSION, KIND, TelemetryPlatform
from tests.faults.matrix import DOUBLED, cases

ENDPOINTS = Endpoints(
    postgres_url="postgresql://", redis_url="redis://", kafka_bootstrap="kafka", keys_file="k", revocations_file="r"
)
BINDING = Binding(host="127.0.0.1", port=1, management_port=2, replicas=1)


def platform_of(preset: str) -> TelemetryPlatform:
    given = {"apiVersion": API_VERSION, "kind": KIND, "metadata": {"name": "any"}, "spec": {"architecture": preset}}
    return parse_object(given)


@pytest.mark.parametrize(("preset", "stands_for"), [("scale", "baseline"), ("stream-redis", "kafka")])
def test_presets_that_differ_in_scaling_alone_run_the_same_processes(preset: str, stands_for: str) -> None:
    one, other = platform_of(preset), platform_of(stands_for)
    assert components_of(one.spec) == components_of(other.spec)
    for component in (*components_of(one.spec), Component.PREPARE):
        of_one, of_other = (environment_of(component, it, ENDPOINTS, BINDING) for it in (one, other))
        assert of_one == of_other


@pytest.mark.parametrize("preset", sorted(PRESETS.keys() - DOUBLED))
def test_every_process_and_server_is_killed_and_frozen(preset: str) -> None:
    faults = {case.fault.name for case in cases() if case.architecture.name == preset and not case.short}
    spec = platform_of(preset).spec
    for name in (*components_of(spec), *servers_of(spec)):
        assert {f"kill {name}", f"freeze {name}"} <= faults
    assert {f"terminate {name}" for name in components_of(spec)} <= faults
