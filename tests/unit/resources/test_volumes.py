from typing import Any

import pytest

from telemetry_operator.resources.objects import Object
from telemetry_operator.resources.servers import build_servers
from telemetry_operator.resources.volumes import build_claim_growth, illegal_storage, keep_claim_templates
from telemetry_operator.specs.findings import dotted
from telemetry_operator.specs.platform import TelemetryPlatform
from tests.unit.resources.given import context_for, of_kind, platform_in


def claim(name: str, size: str = "10Gi", storage_class: str = "standard") -> Object:
    return {
        "metadata": {"name": name, "namespace": "plant"},
        "spec": {"storageClassName": storage_class, "resources": {"requests": {"storage": size}}},
    }


def stored(**storage: Any) -> TelemetryPlatform:  # noqa: ANN401 - a manifest's fields
    return platform_in(postgres={"builtin": {"storage": storage}})


def brokers(count: int) -> TelemetryPlatform:
    return platform_in(architecture="stream-memory", kafka={"builtin": {"brokers": count}})


OURS = claim("data-demo-postgres-0")


def test_more_storage_is_asked_of_the_claim_and_nothing_else() -> None:
    [grown] = build_claim_growth(stored(size="20480Mi"), (OURS, claim("data-other-postgres-0")))
    assert grown == {
        "apiVersion": "v1",
        "kind": "PersistentVolumeClaim",
        "metadata": {"name": "data-demo-postgres-0", "namespace": "plant"},
        "spec": {"resources": {"requests": {"storage": "20Gi"}}},
    }


@pytest.mark.parametrize("size", ["10Gi", "10240Mi", "9Gi"])
def test_a_claim_that_is_large_enough_is_left_alone(size: str) -> None:
    assert build_claim_growth(stored(size=size), (OURS,)) == ()


@pytest.mark.parametrize(
    ("storage", "path", "words"),
    [
        ({"size": "9Gi"}, "spec.postgres.builtin.storage.size", "do not shrink"),
        ({"storageClassName": "fast"}, "spec.postgres.builtin.storage.storageClassName", "of class standard"),
    ],
)
def test_what_a_volume_cannot_become_is_told(storage: dict[str, str], path: str, words: str) -> None:
    [finding] = illegal_storage(stored(**storage), (OURS,))
    assert dotted(finding.path) == path
    assert words in finding.message


@pytest.mark.parametrize("storage", [{}, {"size": "20Gi"}, {"storageClassName": "standard"}])
def test_what_a_volume_can_become_is_not_told(storage: dict[str, str]) -> None:
    assert illegal_storage(stored(**storage), (OURS,)) == ()


def test_brokers_whose_volumes_are_there_keep_their_number() -> None:
    three = tuple(claim(f"data-demo-kafka-{number}") for number in range(3))
    [finding] = illegal_storage(brokers(1), three)
    assert dotted(finding.path) == "spec.kafka.builtin.brokers"
    assert illegal_storage(brokers(3), three) == ()
    assert illegal_storage(brokers(3), ()) == ()


def test_one_finding_stands_for_all_claims_of_a_server() -> None:
    three = tuple(claim(f"data-demo-kafka-{number}", size="20Gi") for number in range(3))
    assert len(illegal_storage(brokers(3), three)) == 1


def test_claims_of_a_server_that_is_not_ours_say_nothing() -> None:
    assert illegal_storage(platform_in(architecture="baseline"), (claim("data-demo-kafka-0"),)) == ()


def test_a_stateful_set_that_exists_keeps_its_claim_templates() -> None:
    small, large = (of(stored(size=size)) for size in ("10Gi", "20Gi"))
    kept = keep_claim_templates(large, small)
    assert kept["spec"]["volumeClaimTemplates"] == small["spec"]["volumeClaimTemplates"]
    assert kept["spec"]["template"] == large["spec"]["template"]
    assert keep_claim_templates(large, None) == large


def of(platform: TelemetryPlatform) -> Object:
    return of_kind(build_servers(platform, context_for(platform)), "StatefulSet")["demo-postgres"]
