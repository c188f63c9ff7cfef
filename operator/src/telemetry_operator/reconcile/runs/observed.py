"""What the API server knew of one benchmark at one moment: everything that a visit of it decides from."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from telemetry_operator.resources.objects import Key, Object
from telemetry_operator.specs.benchmark import TelemetryBenchmark
from telemetry_operator.specs.benchmark_status import OVER, BenchmarkStatus, Phase
from telemetry_operator.specs.platform import TelemetryPlatform
from telemetry_operator.specs.status import PlatformStatus

STOP: str = "telemetry.dev/stop"
"""Annotation by which a person ends a run; its value is kept as the reason."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ObservedPlatform:
    """The platform that a run loads."""

    model: TelemetryPlatform
    status: PlatformStatus
    uid: str
    generation: int
    keys: bytes | None = None
    """Its keys file; None where the Secret is missing."""
    addresses: Mapping[str, str] = field(default_factory=dict)
    """Addresses of its Services by component."""
    nodes: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class ObservedRun:
    """One benchmark with all that belongs to it."""

    benchmark: Object
    model: TelemetryBenchmark | None
    """None where the models refuse it; `fault` says why."""
    fault: str = ""
    status: BenchmarkStatus
    platform: ObservedPlatform | None = None
    others: tuple[Object, ...] = ()
    """The namespace's other benchmarks, as far as they matter: only while this one has not begun."""
    objects: Mapping[Key, Object] = field(default_factory=dict)
    pods: tuple[Object, ...] = ()
    events: tuple[Object, ...] = ()
    """Warnings of the namespace, looked up only while pods are missing."""

    @property
    def metadata(self) -> dict[str, Any]:
        return dict(self.benchmark["metadata"])

    @property
    def leaving(self) -> bool:
        return "deletionTimestamp" in self.metadata

    @property
    def generation(self) -> int:
        return int(self.metadata.get("generation", 0))

    @property
    def is_over(self) -> bool:
        """Whether nothing is left to do; a refusal is of one generation alone."""
        refused = self.status.phase is Phase.REFUSED
        return self.status.phase in OVER and not (refused and self.status.observed_generation != self.generation)

    @property
    def stop(self) -> str | None:
        """Why a person wants it ended, in their words."""
        given = (self.metadata.get("annotations") or {}).get(STOP)
        return None if given is None else str(given).strip() or "no reason given"
