from dataclasses import replace

import pytest

from telemetry_contract.settings import Component
from telemetry_operator.resources.addresses import SecretMissingError
from telemetry_operator.resources.connections import ANNOTATION, build_connections, connections_annotation
from telemetry_operator.resources.context import Context
from telemetry_operator.resources.objects import Object
from telemetry_operator.resources.workloads import build_foundation, build_workloads
from telemetry_operator.specs.platform import TelemetryPlatform
from tests.unit.resources.given import EXTERNAL, context_for, of_kind, platform_in

KAFKA = platform_in(architecture="kafka")
OUTSIDE = platform_in(architecture="kafka", **EXTERNAL)


def with_secret(context: Context, name: str, **keys: str) -> Context:
    return replace(context, secrets={**context.secrets, name: {**context.secrets[name], **keys}})


def annotations(platform: TelemetryPlatform, context: Context) -> dict[Component, dict[str, str]]:
    return {component: connections_annotation(component, platform, context) for component in Component}


def changed(platform: TelemetryPlatform, name: str, **keys: str) -> set[Component]:
    """Components whose pods are replaced when a Secret changes."""
    before = annotations(platform, context_for(platform))
    after = annotations(platform, with_secret(context_for(platform), name, **keys))
    return {component for component in Component if before[component] != after[component]}


def without_annotation(deployment: Object) -> Object:
    template = deployment["spec"]["template"]
    kept = {name: text for name, text in template["metadata"]["annotations"].items() if name != ANNOTATION}
    metadata = {**template["metadata"], "annotations": kept}
    return {**deployment, "spec": {**deployment["spec"], "template": {**template, "metadata": metadata}}}


def test_a_changed_password_changes_the_annotation_of_the_pods_and_nothing_else() -> None:
    context = context_for(KAFKA)
    before = of_kind(build_workloads(KAFKA, context), "Deployment")
    after = of_kind(build_workloads(KAFKA, with_secret(context, "demo-postgres", password="new")), "Deployment")
    assert {name for name in before if before[name] != after[name]} == {"demo-consumer", "demo-analytics"}
    assert all(without_annotation(before[name]) == without_annotation(after[name]) for name in before)


def test_a_password_replaces_the_pods_of_those_who_use_it() -> None:
    assert changed(KAFKA, "demo-redis", password="new") == {Component.PRODUCER, Component.ANALYTICS}
    assert changed(KAFKA, "demo-kafka", password="new") == {Component.PRODUCER, Component.CONSUMER, Component.PREPARE}


def test_another_authority_replaces_the_pods_of_those_who_trust_it() -> None:
    assert changed(OUTSIDE, "authority", **{"root.pem": "new"}) == set(Component)


def test_new_device_keys_replace_no_pods() -> None:
    assert changed(KAFKA, "demo-keys", **{"keys.json": "new"}) == set()


def test_equal_passwords_of_two_platforms_cannot_be_told_from_the_annotations() -> None:
    context = context_for(KAFKA)
    assert annotations(KAFKA, context) != annotations(KAFKA, replace(context, uid="another"))


def test_no_secret_is_made_where_nothing_is_secret() -> None:
    open_kafka = {"provider": "external", "external": {"address": "kafka:9092"}}
    platform = platform_in(architecture="stream-memory", kafka=open_kafka)
    assert build_connections(platform, context_for(platform)) == ()


def test_a_missing_password_is_told() -> None:
    context = replace(context_for(KAFKA), secrets={})
    with pytest.raises(SecretMissingError, match="demo-"):
        build_foundation(KAFKA, context)
