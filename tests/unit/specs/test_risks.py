from typing import Any

import pytest

from telemetry_operator.specs.findings import dotted
from telemetry_operator.specs.manifest import read_manifest
from telemetry_operator.specs.risks import risks_of
from tests.support.manifests import EXAMPLES, platform_of

EXTERNAL = {"provider": "external", "external": {"address": "db.example.org:5432"}}
ENCRYPTED = {"provider": "external", "external": {"address": "db.example.org:5432", "tls": {"enabled": True}}}
LOCAL = {"provider": "external", "external": {"address": "127.0.0.1:5432"}}


@pytest.mark.parametrize(
    ("spec", "places"),
    [
        ({}, []),
        ({"architecture": "kafka"}, ["spec.kafka.builtin.brokers"]),
        ({"architecture": "kafka", "kafka": {"builtin": {"brokers": 3}}}, []),
        ({"analytics": {"replicas": 0}}, ["spec.analytics.replicas"]),
        ({"postgres": {"builtin": {"storage": {"size": "100Mi"}}}}, ["spec.postgres.builtin.storage.size"]),
        ({"postgres": EXTERNAL}, ["spec.postgres.external.tls"]),
        ({"postgres": ENCRYPTED}, []),
        ({"postgres": LOCAL}, []),
        ({"kafka": EXTERNAL}, ["spec.kafka"]),
        ({"consumer": {}, "buffer": {}, "cache": {}}, ["spec.consumer", "spec.buffer", "spec.cache"]),
        ({"producer": {"autoscaling": {}}}, ["spec.producer.autoscaling"]),
        ({"architecture": "scale", "producer": {"resources": {}}}, ["spec.producer.resources.requests.cpu"]),
        ({"architecture": "scale", "producer": {"replicas": 0, "resources": {}}}, ["spec.producer.replicas"]),
        ({"architecture": "stream-memory"}, ["spec.store", "spec.kafka.builtin.brokers"]),
        ({"rateLimits": {"device": {"rate": 1, "burst": 10}}}, ["spec.rateLimits.device.burst"]),
        ({"deletionPolicy": "Delete"}, ["spec.deletionPolicy"]),
    ],
)
def test_a_legal_spec_that_one_may_regret_is_told_of(spec: dict[str, Any], places: list[str]) -> None:
    assert [dotted(risk.path) for risk in risks_of(platform_of(**spec).spec)] == places


def test_the_example_to_start_from_warns_only_of_its_one_broker() -> None:
    risks = risks_of(read_manifest(EXAMPLES / "kafka.yaml").spec)
    assert [risk.message for risk in risks] == ["1 broker: what is queued there is lost with its volume"]
