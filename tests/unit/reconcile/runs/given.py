"""A benchmark at a moment, from the few things that a test is about."""

from base64 import b64encode
from typing import Any, Final

from telemetry_contract.times import MICROSECONDS_PER_SECOND, parse_time
from telemetry_loadtest.plan import Plan
from telemetry_operator.benchmarks.planning import plan_of
from telemetry_operator.reconcile.runs.observed import ObservedPlatform, ObservedRun
from telemetry_operator.resources.benchmark import target_in_cluster
from telemetry_operator.resources.objects import Key, Object
from telemetry_operator.specs.benchmark import TelemetryBenchmark
from telemetry_operator.specs.benchmark_status import read_benchmark_status
from telemetry_operator.specs.manifest import parse_object_of
from telemetry_operator.specs.status import PlatformStatus
from tests.support.benchmarks import benchmark_manifest
from tests.support.manifests import platform_of

START: Final = "2026-01-01T00:00:00Z"
NOW: Final = parse_time(START)


def after(seconds: float) -> int:
    return NOW + int(seconds * MICROSECONDS_PER_SECOND)


def available(status: str = "True", generation: int = 1) -> PlatformStatus:
    said = {"type": "Available", "status": status, "reason": "Any", "message": "said so"}
    times = {"observedGeneration": generation, "lastTransitionTime": START}
    return PlatformStatus.model_validate({"conditions": [{**said, **times}]})


def platform(status: PlatformStatus | None = None, **spec: Any) -> ObservedPlatform:  # noqa: ANN401
    return ObservedPlatform(
        model=platform_of("demo", "home", **spec),
        status=status or available(),
        uid="p1",
        generation=1,
        keys=b"{}",
        addresses={"producer": "http://p", "analytics": "http://a"},
    )


def benchmark(name: str = "evening", created: str = START, *, status: Object | None = None, **spec: Any) -> Object:  # noqa: ANN401
    """As the API server gives it."""
    made = benchmark_manifest(name, "home", **{"suite": "smoke", **spec})
    made["metadata"] |= {"uid": f"{name}-uid", "generation": 1, "creationTimestamp": created}
    return {**made, "status": status or {}}


def observed(given: Object | None = None, **changes: Any) -> ObservedRun:  # noqa: ANN401
    found = given or benchmark()
    known = {"platform": platform(), **changes}
    return ObservedRun(
        subject=found,
        model=parse_object_of(TelemetryBenchmark, found),
        status=read_benchmark_status(found),
        **known,
    )


def begun(**status: Any) -> Object:  # noqa: ANN401
    return benchmark(status={"run": "evening-1", "phase": "Starting", "startTime": START, **status})


def plan(**spec: Any) -> Plan:  # noqa: ANN401
    run = observed(benchmark(**spec))
    assert run.model is not None
    return plan_of(run.model.spec, "evening-1", target_in_cluster(platform().model))


def pod(component: str = "bench-worker", *, conditions: tuple[Object, ...] = (), **state: Object) -> Object:
    """A pod of the run; `waiting` or `terminated` is its container's state."""
    container = {"name": component, "image": "telemetry/loadtest:1", "state": state}
    metadata = {"name": component, "labels": {"app.kubernetes.io/component": component}, "creationTimestamp": START}
    owner = {"kind": "Job", "name": f"evening-{component}", "uid": f"job-of-{component}"}
    phase = "Failed" if "terminated" in state else "Running"
    status = {"phase": phase, "conditions": list(conditions), "containerStatuses": [container], "podIP": "10.0.0.1"}
    return {"metadata": {**metadata, "ownerReferences": [owner]}, "status": status}


def jobs(failed: str = "") -> dict[Key, Object]:
    """The run's two Jobs; `failed` is the component of the one that has lost its pod."""
    return {
        Key("Job", f"evening-{one}"): {
            "metadata": {"uid": f"job-of-{one}", "labels": {"app.kubernetes.io/component": one}},
            "status": {"failed": int(one == failed)},
        }
        for one in ("bench-master", "bench-worker")
    }


def secret(**values: bytes) -> Object:
    return {"data": {name: b64encode(value).decode() for name, value in values.items()}}
