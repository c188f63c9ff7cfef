"""Whether a run may begin: refused before any load, queued behind another of its platform, or admitted. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from telemetry_loadtest.profiles import Endpoint
from telemetry_operator.reconcile.runs.observed import ObservedPlatform, ObservedRun
from telemetry_operator.reconcile.runs.reasons import RunReason, Said
from telemetry_operator.resources.objects import Object
from telemetry_operator.specs.benchmark import BenchmarkSpec
from telemetry_operator.specs.benchmark_status import OVER, read_benchmark_status
from telemetry_operator.specs.spec import PlatformSpec
from telemetry_operator.specs.status import ConditionStatus, ConditionType

MOST_WORKERS: Final = 16
"""Pods of one run: what is more is a mistake on the clusters that this was tried on."""


@dataclass(frozen=True, slots=True)
class Queued:
    """Another run of the platform goes first; `place` counts from 1."""

    behind: str
    place: int


def refusal_of(observed: ObservedRun) -> Said | None:
    """Why the run may not be had as it is asked for."""
    if observed.model is None:
        return Said(RunReason.INVALID_SPEC, observed.fault)
    spec = observed.model.spec
    if observed.platform is None:
        return Said(
            RunReason.PLATFORM_MISSING,
            f"there is no TelemetryPlatform {spec.platform} in {observed.metadata['namespace']}",
        )
    return _unfit(spec, observed.platform.model.spec)


def unavailable(observed: ObservedRun) -> Said | None:
    """Why the platform cannot be loaded now. Not asked of a run in the queue: the one before it may be too much."""
    return _not_available(observed.platform) if observed.platform else None


def place_of(observed: ObservedRun) -> Queued | None:
    """Whom the run waits for: those that began, then those made earlier, by name where both are equal."""
    if observed.model is None:
        return None
    own = _rank(observed.subject)
    ahead = sorted(rank for rank in _rivals(observed, observed.model.spec.platform) if rank < own)
    return Queued(behind=ahead[0][2], place=len(ahead)) if ahead else None


def _not_available(platform: ObservedPlatform) -> Said | None:
    name = platform.model.metadata.name
    available = platform.status.condition(ConditionType.AVAILABLE)
    if available is None or available.status is not ConditionStatus.TRUE:
        why = available.message if available else "the operator has not looked at it yet"
        return Said(RunReason.PLATFORM_NOT_AVAILABLE, f"{name} is not Available: {why}")
    if available.observed_generation != platform.generation:
        return Said(RunReason.PLATFORM_NOT_AVAILABLE, f"{name} has just been changed, and is not proved since")
    if platform.keys is None or not {"producer", "analytics"} <= platform.addresses.keys():
        return Said(RunReason.PLATFORM_NOT_AVAILABLE, f"{name} has no keys, or no producer and analytics to speak to")
    return None


def _unfit(spec: BenchmarkSpec, platform: PlatformSpec) -> Said | None:
    if spec.workers > MOST_WORKERS:
        return Said(
            RunReason.RUN_DOES_NOT_FIT, f"{spec.workers} workers were asked for; at most {MOST_WORKERS} fit a run"
        )
    most = platform.ingest.max_batch_readings
    if Endpoint.BATCH in spec.called and spec.batch_size > most:
        why = f"batches of {spec.batch_size} were asked for, and {spec.platform} takes {most} at most"
        return Said(RunReason.RUN_DOES_NOT_FIT, why)
    return None


def _rivals(observed: ObservedRun, platform: str) -> Iterator[tuple[bool, str, str]]:
    for other in observed.others:
        is_other = other["metadata"]["name"] != observed.metadata["name"]
        is_of_it = (other.get("spec") or {}).get("platform") == platform
        waits = read_benchmark_status(other).phase not in OVER and "deletionTimestamp" not in other["metadata"]
        if is_other and is_of_it and (waits or _has_begun(other)):
            yield _rank(other)


def _has_begun(benchmark: Object) -> bool:
    """Whether it loads the platform now; one that is being deleted does until its pods are gone, which is soon."""
    status = read_benchmark_status(benchmark)
    return status.run is not None and status.phase not in OVER


def _rank(benchmark: Object) -> tuple[bool, str, str]:
    metadata = benchmark["metadata"]
    return not _has_begun(benchmark), metadata["creationTimestamp"], metadata["name"]
