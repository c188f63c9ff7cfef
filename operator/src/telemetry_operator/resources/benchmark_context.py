"""What a run's builders share: the run itself, names, labels, and where files stand in its pods."""

from dataclasses import dataclass
from typing import Final

from telemetry_loadtest.plan import Plan
from telemetry_operator.resources.files import ROOT
from telemetry_operator.resources.naming import COMPONENT_LABEL, MANAGED_BY, part_name
from telemetry_operator.resources.objects import Kind, Object
from telemetry_operator.resources.sizes import Usual, completed
from telemetry_operator.specs.benchmark import TelemetryBenchmark
from telemetry_operator.specs.platform import TelemetryPlatform
from telemetry_operator.specs.pods import Compute, Resources
from telemetry_operator.specs.quantity import Quantity

# Not the label of a platform's instance: its policies and its watches choose pods by that.
BENCHMARK_LABEL: Final = "telemetry.dev/benchmark"
LOADED_LABEL: Final = "telemetry.dev/loads"

MASTER: Final = "bench-master"
WORKER: Final = "bench-worker"
COLLECTOR: Final = "bench-collector"
ACCOUNT: Final = "bench"
PLAN: Final = "bench-plan"
CREDENTIALS: Final = "bench-credentials"

PLAN_KEY: Final = "plan.json"
CREDENTIALS_KEY: Final = "credentials.json"
CONTROL_KEY: Final = "control-token"
SERVERS_KEY: Final = "servers.json"
COLLECTOR_KEY: Final = "collector-token"
PLAN_DIRECTORY: Final = f"{ROOT}/plan"
CREDENTIALS_DIRECTORY: Final = f"{ROOT}/credentials"
CERTIFICATE_DIRECTORY: Final = f"{ROOT}/platform"
CREDENTIALS_FILE: Final = f"{CREDENTIALS_DIRECTORY}/{CREDENTIALS_KEY}"
CERTIFICATE_FILE: Final = f"{CERTIFICATE_DIRECTORY}/tls.crt"

# Limits of CPU let a quota of the namespace count these pods. They are beyond what one process takes: a worker that is
# throttled is late, and a run whose generator was late says nothing.
USUAL_WORKER: Final = Usual(
    cpu=Quantity("100m"), memory=Quantity("128Mi"), most_memory=Quantity("512Mi"), most_cpu=Quantity("2")
)
# It keeps what it saw, about 1 KiB a second, and half as much again for each pod and second of the operator's.
COLLECTOR_RESOURCES: Final = Resources(
    requests=Compute(cpu=Quantity("10m"), memory=Quantity("64Mi")),
    limits=Compute(cpu=Quantity("500m"), memory=Quantity("512Mi")),
)
# It keeps the whole result, about 2 KiB for each second of the run.
MASTER_RESOURCES: Final = Resources(
    requests=Compute(cpu=Quantity("50m"), memory=Quantity("128Mi")),
    limits=Compute(cpu=Quantity("2"), memory=Quantity("1Gi")),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """All that a run's objects are built from."""

    benchmark: TelemetryBenchmark
    platform: TelemetryPlatform
    plan: Plan
    uid: str
    """Of the TelemetryBenchmark, as the API server gave it."""
    image: str
    """Of the load generator."""
    operator_namespace: str | None = None
    """Where the operator's pods are, which alone reach the master's control port; None lets anybody try the token."""
    master_resources: Resources = MASTER_RESOURCES
    collector_resources: Resources = COLLECTOR_RESOURCES

    @property
    def worker_resources(self) -> Resources:
        return completed(self.benchmark.spec.worker_resources, USUAL_WORKER)

    def part(self, suffix: str) -> str:
        """Name of one of its objects."""
        return part_name(self.benchmark.metadata.name, suffix)


def run_selector(run: Run, component: str) -> dict[str, str]:
    """Labels that tell the pods of one part of a run from all others in the namespace."""
    return {BENCHMARK_LABEL: run.benchmark.metadata.name, COMPONENT_LABEL: component, **MANAGED_BY}


def run_labels(run: Run, component: str) -> dict[str, str]:
    return {
        "app.kubernetes.io/name": "telemetry-benchmark",
        LOADED_LABEL: run.platform.metadata.name,
        **run_selector(run, component),
    }


def build_part(kind: Kind, run: Run, suffix: str) -> Object:
    """Head of an object that goes with its benchmark."""
    return {
        "apiVersion": kind.api_version,
        "kind": kind.kind,
        "metadata": {
            "name": run.part(suffix),
            "namespace": run.benchmark.metadata.namespace,
            "labels": run_labels(run, suffix),
            "ownerReferences": [_owner(run)],
        },
    }


def _owner(run: Run) -> Object:
    return {
        "apiVersion": run.benchmark.api_version,
        "kind": run.benchmark.kind,
        "name": run.benchmark.metadata.name,
        "uid": run.uid,
        "controller": True,
    }
