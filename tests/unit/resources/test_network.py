from collections.abc import Iterator
from typing import Any

import pytest

from telemetry_contract.architecture import PRESETS
from telemetry_operator.resources.network import build_policies
from telemetry_operator.resources.objects import Object
from telemetry_operator.specs.platform import TelemetryPlatform
from tests.unit.resources.given import EXTERNAL, context_for, platform_in

ENFORCED = {"networkPolicy": {"enabled": True}}
COMPONENT = "app.kubernetes.io/component"


def policies(**spec: Any) -> dict[str, Any]:  # noqa: ANN401 - a manifest's fields
    platform = platform_in(**{**ENFORCED, **spec})
    return {one["metadata"]["name"].removeprefix("demo-"): one["spec"] for one in build(platform)}


def build(platform: TelemetryPlatform) -> tuple[Object, ...]:
    return build_policies(platform, context_for(platform))


def flows(policies: dict[str, Any], direction: str, peer: str) -> Iterator[tuple[str, str, int]]:
    """Connections between our own pods as one of their ends has them: who, whom, at which port."""
    for name, policy in policies.items():
        for rule in policy.get(direction, []):
            for other in rule.get(peer, []):
                if labels := other.get("podSelector", {}).get("matchLabels", {}).get(COMPONENT):
                    for port in rule["ports"]:
                        yield (labels, name, port["port"]) if peer == "from" else (name, labels, port["port"])


def own_flows(preset: str) -> set[tuple[str, str, int]]:
    return set(flows(policies(architecture=preset), "egress", "to"))


@pytest.mark.parametrize("preset", PRESETS)
def test_both_ends_of_every_connection_agree(preset: str) -> None:
    made = policies(architecture=preset)
    assert set(flows(made, "ingress", "from")) == set(flows(made, "egress", "to"))


def test_direct_writes_reach_postgres_alone() -> None:
    assert own_flows("baseline") == {(who, "postgres", 5432) for who in ("prepare", "producer", "analytics")}


def test_each_program_of_the_pipeline_reaches_what_it_uses() -> None:
    assert own_flows("kafka") == {
        ("prepare", "kafka", 9092),
        ("prepare", "postgres", 5432),
        ("producer", "kafka", 9092),
        ("producer", "redis", 6379),
        ("consumer", "kafka", 9092),
        ("consumer", "postgres", 5432),
        ("analytics", "postgres", 5432),
        ("analytics", "redis", 6379),
        ("kafka", "kafka", 9092),
        ("kafka", "kafka", 9093),
    }


def test_analytics_asks_the_consumer_that_keeps_history() -> None:
    assert ("analytics", "consumer", 8080) in own_flows("stream-memory")
    assert "postgres" not in policies(architecture="stream-memory")


def test_anyone_may_reach_the_public_ports_and_no_others() -> None:
    made = policies(architecture="kafka")
    open_to_all = {
        (name, port["port"])
        for name, policy in made.items()
        for rule in policy.get("ingress", [])
        if "from" not in rule
        for port in rule["ports"]
    }
    assert open_to_all == {("producer", 8080), ("analytics", 8080)}


def test_external_servers_and_the_collector_are_reached_by_their_ports() -> None:
    tracing = {"tracing": {"endpoint": "https://otel.example.org"}}
    made = policies(architecture="kafka", observability=tracing, **EXTERNAL)
    outside = {
        name: [port["port"] for rule in policy["egress"] if "to" not in rule for port in rule["ports"]]
        for name, policy in made.items()
        if name != "default"
    }
    assert outside == {
        "prepare": [6432, 9094, 9095],
        "producer": [443, 6380, 9094, 9095],
        "consumer": [443, 6432, 9094, 9095],
        "analytics": [443, 6380, 6432],
    }


def test_the_operator_may_ask_the_consumer_for_its_lag() -> None:
    sources = [one for rule in policies(architecture="kafka")["consumer"]["ingress"] for one in rule["from"]]
    assert {"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "telemetry-system"}}} in sources


def test_what_nobody_asked_for_is_not_made() -> None:
    assert build(platform_in()) == ()
