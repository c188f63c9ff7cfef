"""What the API server knew of one benchmark at one moment: everything that a visit of it decides from."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from telemetry_operator.reconcile.subject import Subject
from telemetry_operator.resources.objects import Key, Object
from telemetry_operator.specs.benchmark import TelemetryBenchmark
from telemetry_operator.specs.benchmark_status import BenchmarkStatus
from telemetry_operator.specs.layout import Server
from telemetry_operator.specs.platform import TelemetryPlatform
from telemetry_operator.specs.status import PlatformStatus


@dataclass(frozen=True, slots=True, kw_only=True)
class ObservedPlatform:
    """The platform that a run loads."""

    model: TelemetryPlatform
    status: PlatformStatus
    uid: str
    generation: int
    pods: tuple[Object, ...] = ()
    passwords: Mapping[Server, str] = field(default_factory=dict)
    """Of its builtin servers, looked up only while the run's pods are made."""
    keys: bytes | None = None
    """Its keys file; None where the Secret is missing."""
    addresses: Mapping[str, str] = field(default_factory=dict)
    """Addresses of its Services by component."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ObservedRun(Subject[BenchmarkStatus]):
    """One benchmark with all that belongs to it."""

    model: TelemetryBenchmark | None
    """None where the models refuse it; `fault` says why."""
    fault: str = ""
    platform: ObservedPlatform | None = None
    others: tuple[Object, ...] = ()
    """The namespace's other benchmarks, as far as they matter: only while this one has not begun."""
    objects: Mapping[Key, Object] = field(default_factory=dict)
    pods: tuple[Object, ...] = ()
    """The generator's: of its master and workers."""
    collector: Object | None = None
    """The pod that asks the platform's servers, beside the generator's."""
    events: tuple[Object, ...] = ()
    """Warnings of the namespace, looked up only while pods are missing."""
