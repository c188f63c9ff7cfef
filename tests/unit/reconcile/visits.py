"""Visits of platforms as tables need them: a spec, what runs, and what the plan still wants."""

from collections.abc import Mapping
from typing import Any, Final

from telemetry_contract.times import MICROSECONDS_PER_SECOND
from telemetry_operator.reconcile.observed import Observed
from telemetry_operator.reconcile.plan import Cause, Change, Plan, Step, Verb, Visit
from telemetry_operator.reconcile.reporting.proof import Proof
from telemetry_operator.resources.objects import Object, key_of
from telemetry_operator.specs.manifest import parse_object
from telemetry_operator.specs.status import ConditionType, PlatformStatus
from tests.unit.reconcile.recordings import LATER

NOW: Final = LATER
GENERATION: Final = 3
Ready = Mapping[str, tuple[int, int]]
"""Ready and wanted pods by component."""


def after(seconds: float) -> int:
    return NOW + int(seconds * MICROSECONDS_PER_SECOND)


def platform_of(spec: Object | None = None, *, generation: int = GENERATION, status: Object | None = None) -> Object:
    return {
        "apiVersion": "telemetry.dev/v1alpha1",
        "kind": "TelemetryPlatform",
        "metadata": {"name": "demo", "namespace": "farm", "uid": "u1", "generation": generation},
        "spec": spec or {},
        "status": status or {},
    }


def workload(name: str, ready: int, wanted: int, **status: Any) -> Object:  # noqa: ANN401 - any field of a status
    kind = "StatefulSet" if name in {"postgres", "redis", "kafka"} else "Deployment"
    return {
        "kind": kind,
        "metadata": {"name": f"demo-{name}", "generation": 1, "labels": {"app.kubernetes.io/component": name}},
        "spec": {"replicas": wanted, "template": {"spec": {"containers": [{"name": name, "image": f"{name}:1"}]}}},
        "status": {
            "observedGeneration": 1,
            "replicas": wanted,
            "updatedReplicas": wanted,
            "readyReplicas": ready,
            **status,
        },
    }


def pod(name: str, *, uid: str = "", ready: bool = True) -> Object:
    return {
        "kind": "Pod",
        "metadata": {"name": f"demo-{name}-0", "uid": uid or name, "labels": {"app.kubernetes.io/component": name}},
        "status": {"phase": "Running", "conditions": [{"type": "Ready", "status": str(ready)}]},
    }


def service(name: str) -> Object:
    return {"kind": "Service", "metadata": {"name": f"demo-{name}"}, "spec": {"clusterIP": f"10.0.0.{len(name)}"}}


RUNNING: Final[Ready] = {"producer": (1, 1), "analytics": (1, 1), "postgres": (1, 1)}


def visit_of(
    spec: Object | None = None,
    *,
    ready: Ready = RUNNING,
    generation: int = GENERATION,
    status: PlatformStatus | None = None,
    observed: Mapping[str, Any] | None = None,
    done: tuple[Change, ...] = (),
    **plan: Any,  # noqa: ANN401 - any field of a plan
) -> Visit:
    """What a visit saw and decided; of the pods as many are ready as `ready` says."""
    given = status.model_dump(mode="json", by_alias=True, exclude_none=True) if status else {}
    live = platform_of(spec, generation=generation, status=given)
    objects = [workload(name, *counts) for name, counts in ready.items()]
    objects += [service(name) for name in ("producer", "analytics")]
    seen = {
        "objects": {key_of(one): one for one in objects},
        "pods": tuple(pod(name) for name, (count, _) in ready.items() if count),
        **(observed or {}),
    }
    return Visit(
        observed=Observed(platform=live, **seen),
        plan=Plan(**{"platform": parse_object(live), **plan}),
        done=done,
    )


def proof_of(*, generation: int = GENERATION, fault: str | None = None, **given: Any) -> Proof:  # noqa: ANN401
    return Proof(**{
        "generation": generation, "at": NOW, "seconds": None if fault else 0.25, "fault": fault, **given
    })  # fmt: skip


def change(kind: str = "Deployment", name: str = "demo-producer", **given: Any) -> Change:  # noqa: ANN401
    built = {"kind": kind, "metadata": {"name": name}}
    return Change(**{
        "step": Step.WORKLOADS, "verb": Verb.APPLY, "cause": Cause.DRIFTED, "built": built,
        "why": "spec.replicas: 1 wanted, 3 found", **given,
    })  # fmt: skip


def told(status: PlatformStatus, kind: ConditionType) -> tuple[str, str]:
    """Status and reason of a condition."""
    condition = status.condition(kind)
    assert condition is not None
    return condition.status.value, condition.reason
