"""Whether live objects are there in full, as of their newest generation; else in words what is missing. Pure."""

from collections.abc import Iterable

from telemetry_operator.reconcile.planning.stamps import mark_of_pod
from telemetry_operator.resources.naming import COMPONENT_LABEL
from telemetry_operator.resources.objects import Object

ENDED = frozenset({"Succeeded", "Failed"})


def missing_of_deployment(live: Object) -> str | None:
    """What a Deployment lacks: its newest template in all pods, none of an older one, and all of them available."""
    if not _is_seen(live):
        return "the newest revision has not begun"
    status, wanted = live.get("status") or {}, replicas_of(live)
    updated, total = status.get("updatedReplicas") or 0, status.get("replicas") or 0
    if updated < wanted:
        return f"{updated} of {wanted} pods are of the newest revision"
    if total > updated:
        return f"{total - updated} pods of an older revision are to go"
    available = status.get("availableReplicas") or 0
    return None if available >= wanted else f"{available} of {wanted} pods are available"


def missing_of_stateful_set(live: Object) -> str | None:
    if not _is_seen(live):
        return "the newest revision has not begun"
    status, wanted = live.get("status") or {}, replicas_of(live)
    updated, ready = status.get("updatedReplicas") or 0, status.get("readyReplicas") or 0
    if status.get("currentRevision") != status.get("updateRevision") and updated < wanted:
        return f"{updated} of {wanted} pods are of the newest revision"
    return None if ready >= wanted else f"{ready} of {wanted} pods are ready"


def is_complete(job: Object) -> bool:
    return _has_condition(job, "Complete")


def is_failed(job: Object) -> bool:
    return _has_condition(job, "Failed")


def replicas_of(live: Object) -> int:
    count: int | None = live["spec"].get("replicas")
    return 1 if count is None else count


def running_pods(pods: Iterable[Object], component: str) -> tuple[Object, ...]:
    """Pods of a component that run, or are about to, or have not ended yet."""
    return tuple(
        pod
        for pod in pods
        if (pod["metadata"].get("labels") or {}).get(COMPONENT_LABEL) == component
        and (pod.get("status") or {}).get("phase") not in ENDED
    )


def pods_of_other_templates(pods: Iterable[Object], component: str, mark: str | None) -> tuple[Object, ...]:
    """Pods of a component that are not made from the template with this mark."""
    return tuple(pod for pod in running_pods(pods, component) if mark_of_pod(pod) != mark)


def _is_seen(live: Object) -> bool:
    generation: int = live["metadata"].get("generation") or 0
    return ((live.get("status") or {}).get("observedGeneration") or 0) >= generation


def _has_condition(live: Object, kind: str) -> bool:
    conditions = (live.get("status") or {}).get("conditions") or ()
    return any(one.get("type") == kind and one.get("status") == "True" for one in conditions)
