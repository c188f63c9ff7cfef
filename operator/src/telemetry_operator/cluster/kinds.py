"""Kinds that the operator reads or writes beside those that platforms are made of."""

from typing import Final

from telemetry_operator.resources.objects import OWNED_KINDS, RESOURCE_QUOTA, Kind
from telemetry_operator.specs.platform import API_VERSION, KIND

PLATFORM: Final = Kind(API_VERSION, KIND, "telemetryplatforms")
BENCHMARK: Final = Kind(API_VERSION, "TelemetryBenchmark", "telemetrybenchmarks")
COMPARISON: Final = Kind(API_VERSION, "ArchitectureComparison", "architecturecomparisons")
POD: Final = Kind("v1", "Pod", "pods")
POD_METRICS: Final = Kind("metrics.k8s.io/v1beta1", "PodMetrics", "pods")
"""Served by a metrics-server or its like, where the cluster has one."""
CLAIM: Final = Kind("v1", "PersistentVolumeClaim", "persistentvolumeclaims")
EVENT: Final = Kind("events.k8s.io/v1", "Event", "events")
LEASE: Final = Kind("coordination.k8s.io/v1", "Lease", "leases")

_BY_NAME: Final = {
    kind.kind: kind
    for kind in (*OWNED_KINDS, RESOURCE_QUOTA, PLATFORM, BENCHMARK, COMPARISON, POD, CLAIM, EVENT, LEASE)
}


def kind_named(name: str) -> Kind:
    return _BY_NAME[name]
