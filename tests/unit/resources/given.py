"""Platforms and contexts that the builders' tests are given: every Secret that a platform needs, with known content."""

from collections.abc import Iterable, Mapping
from typing import Any

from telemetry_contract.settings import Component
from telemetry_operator.resources.context import Context, ReleaseImages, SecretData
from telemetry_operator.resources.credentials import wanted_secrets
from telemetry_operator.resources.objects import Object
from telemetry_operator.specs.platform import TelemetryPlatform
from tests.support.manifests import platform_of

NAMESPACE = "plant"
LONGEST_NAME = "p" + "-long" * 12 + "-p"

TLS: dict[str, Any] = {"enabled": True, "ca": {"secretName": "authority", "key": "root.pem"}}
EXTERNAL: dict[str, Any] = {
    "postgres": {
        "provider": "external",
        "external": {
            "address": "db.example.org:6432",
            "database": "readings",
            "credentials": {"secretName": "db-login"},
            "tls": TLS,
        },
    },
    "redis": {"provider": "external", "external": {"address": "redis.example.org:6380", "tls": TLS}},
    "kafka": {
        "provider": "external",
        "external": {
            "address": "kafka-0.example.org:9094,kafka-1.example.org:9095",
            "authentication": {"credentials": {"secretName": "kafka-login"}},
            "tls": TLS,
        },
    },
}
"""Servers of others, spoken to by TLS."""

BESIDE_OTHERS = {"weight": 1, "podAffinityTerm": {"labelSelector": {}, "topologyKey": "zone"}}
SHAPED: dict[str, Any] = {
    "replicas": 2,
    "resources": {"requests": {"cpu": "0.5", "memory": "1024Mi"}, "limits": {"cpu": "1500m", "memory": "1.5Gi"}},
    "pod": {
        "labels": {"team": "plant"},
        "annotations": {"example.org/note": "seen"},
        "nodeSelector": {"disk": "fast"},
        "tolerations": [{"key": "dedicated", "value": "telemetry", "effect": "NoSchedule"}, {"operator": "Exists"}],
        "affinity": {"podAntiAffinity": {"preferredDuringSchedulingIgnoredDuringExecution": [BESIDE_OTHERS]}},
        "env": [{"name": "HTTPS_PROXY", "value": "http://proxy:3128"}, {"name": "EMPTY"}],
        "imagePullSecrets": [{"name": "registry"}],
    },
}
"""A component with everything that its owner may say of it."""

NAMED_SECRETS: SecretData = {
    "authority": {"root.pem": "authority"},
    "db-login": {"username": "ada", "password": "p@ss"},
    "kafka-login": {"username": "ada", "password": "word"},
    "certificate": {"tls.crt": "chain", "tls.key": "key"},
    "keys": {"keys.json": "{}"},
}


def platform_in(name: str = "demo", **spec: Any) -> TelemetryPlatform:  # noqa: ANN401 - a manifest's fields
    return platform_of(name, NAMESPACE, **spec)


def secrets_for(platform: TelemetryPlatform) -> dict[str, Mapping[str, str]]:
    """All Secrets of a platform, each value named after its place."""
    own = {
        wanted.name: {key: f"{wanted.component}-{key}" for key in wanted.keys} for wanted in wanted_secrets(platform)
    }
    return {**NAMED_SECRETS, **own}


def context_for(platform: TelemetryPlatform, *, replicas: Mapping[Component, int] | None = None) -> Context:
    return Context(
        uid="5d0c2f6e-0000-4000-8000-000000000000",
        images=ReleaseImages(services="telemetry/services:1.0.0"),
        secrets=secrets_for(platform),
        operator_namespace="telemetry-system",
        replicas=replicas or {},
    )


def of_kind(objects: Iterable[Object], kind: str) -> dict[str, Object]:
    """Objects of a kind by their names."""
    return {one["metadata"]["name"]: one for one in objects if one["kind"] == kind}
