"""What the builders need to know beside the manifest."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from telemetry_contract.settings import Component

SecretData = Mapping[str, Mapping[str, str]]
"""Decoded contents of Secrets by name and key."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseImages:
    """Images used where the manifest names none."""

    services: str
    postgres: str = "postgres:18"
    redis: str = "redis:8"
    kafka: str = "apache/kafka:4.1.1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """Facts from outside the manifest that objects are built from; equal contexts give equal objects."""

    uid: str
    """Of the TelemetryPlatform, as the API server gave it."""
    images: ReleaseImages
    secrets: SecretData = field(default_factory=dict)
    """The Secrets that the platform's own and the manifest name, as observed."""
    operator_namespace: str | None = None
    """Where the operator's pods are, which network policies let through to the services."""
    replicas: Mapping[Component, int] = field(default_factory=dict)
    """Replicas that reconciling decided on for now, where they are not the spec's."""
