from typing import Any

import pytest

from telemetry_operator.resources.kafka import build_kafka, heap_bytes, settings_of
from telemetry_operator.resources.objects import Object
from telemetry_operator.specs.platform import TelemetryPlatform
from tests.unit.resources.given import LONGEST_NAME, context_for, of_kind, platform_in

MEBI = 1 << 20


def stream(name: str = "demo", **builtin: Any) -> TelemetryPlatform:  # noqa: ANN401 - a manifest's fields
    return platform_in(name, architecture="stream-memory", kafka={"builtin": builtin})


def build(platform: TelemetryPlatform) -> tuple[Object, ...]:
    return build_kafka(platform, context_for(platform))


@pytest.mark.parametrize(("brokers", "insync"), [(1, "1"), (3, "2")])
def test_every_topic_has_a_copy_on_each_broker_and_may_miss_one_of_three(brokers: int, insync: str) -> None:
    settings = settings_of(stream(brokers=brokers))
    copies = {name: value for name, value in settings.items() if "replication.factor" in name}
    assert len(copies) == 4
    assert set(copies.values()) == {str(brokers)}
    assert settings["min.insync.replicas"] == settings["transaction.state.log.min.isr"] == insync


@pytest.mark.parametrize("name", ["demo", LONGEST_NAME])
def test_nodes_vote_by_the_names_that_their_pods_will_have(name: str) -> None:
    platform = stream(name, brokers=3)
    objects = build(platform)
    [set_] = of_kind(objects, "StatefulSet").values()
    service = of_kind(objects, "Service")[set_["spec"]["serviceName"]]
    assert service["spec"]["clusterIP"] == "None"
    assert service["spec"]["publishNotReadyAddresses"] is True
    hosts = [f"{set_['metadata']['name']}-{number}.{service['metadata']['name']}.plant.svc" for number in range(3)]
    assert all(len(label) <= 63 for host in hosts for label in host.split("."))
    voters = ",".join(f"{number}@{host}:9093" for number, host in enumerate(hosts))
    assert settings_of(platform)["controller.quorum.voters"] == voters


def test_controllers_know_no_clients_password() -> None:
    settings = settings_of(stream())
    assert "user_telemetry" in settings["listener.name.clients.plain.sasl.jaas.config"]
    assert "user_telemetry" not in settings["listener.name.controllers.plain.sasl.jaas.config"]


def test_no_password_stands_in_the_configuration() -> None:
    platform = stream(brokers=3)
    [configuration] = of_kind(build(platform), "ConfigMap").values()
    for secret in context_for(platform).secrets["demo-kafka"].values():
        assert secret not in str(configuration)


def test_three_brokers_may_miss_one_in_a_drain_and_a_single_one_blocks_none() -> None:
    assert of_kind(build(stream(brokers=1)), "PodDisruptionBudget") == {}
    [budget] = of_kind(build(stream(brokers=3)), "PodDisruptionBudget").values()
    assert budget["spec"]["maxUnavailable"] == 1


@pytest.mark.parametrize(("memory", "heap"), [("256Mi", 192), ("1Gi", 512), ("64Gi", 6144)])
def test_the_heap_leaves_memory_to_the_page_cache(memory: str, heap: int) -> None:
    assert heap_bytes(stream(resources={"limits": {"memory": memory}}).spec) == heap * MEBI
