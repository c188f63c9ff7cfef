"""What the API server knew of one platform at one moment: everything that a visit decides from."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from telemetry_operator.resources.context import SecretData
from telemetry_operator.resources.objects import Key, Object


@dataclass(frozen=True, slots=True, kw_only=True)
class Backlog:
    """How much of the stream is not stored yet, as the consumers tell."""

    records: int | None
    """Over all partitions; None where not every one of them is known."""
    words: str
    """For a person: how many, or why it is not known."""
    is_stuck: bool = False
    """Whether it will not become less by itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Observed:
    """One platform with all that belongs to it, as live objects with their status."""

    platform: Object
    """The TelemetryPlatform itself, unparsed: its spec may be one that the model refuses."""
    objects: Mapping[Key, Object] = field(default_factory=dict)
    """Owned objects of every kind in `OWNED_KINDS`, by the platform's labels; Secrets without their data."""
    pods: tuple[Object, ...] = ()
    claims: tuple[Object, ...] = ()
    """PersistentVolumeClaims of the builtin servers; they may outlive a platform."""
    secrets: SecretData = field(default_factory=dict)
    """Decoded data of the Secrets that the platform owns or its spec names, as far as they exist."""
    config_maps: frozenset[str] = frozenset()
    """Names of the ConfigMaps that the platform needs and that carry no label of ours, as far as they exist."""
    events: tuple[Object, ...] = ()
    """Warnings of the namespace (events.k8s.io/v1), looked up only where pods are missing or a volume is waited for."""
    backlog: Backlog | None = None
    """Asked only while something waits for the stream to be empty."""
