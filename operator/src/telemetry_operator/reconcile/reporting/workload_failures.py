"""What goes wrong before there is a pod to ask, with what makes pods and with volumes; and all failures together.

A Deployment says itself why it cannot make pods; a StatefulSet, a Job, a volume and a mount say it in Events alone.
"""

import re
from collections.abc import Collection, Iterator, Sequence
from typing import Final

from telemetry_operator.reconcile.observed import Observed
from telemetry_operator.reconcile.reasons import Reason
from telemetry_operator.reconcile.reporting.failures import PodFailure, sort_failures
from telemetry_operator.reconcile.reporting.last_words import last_words, shortened
from telemetry_operator.reconcile.reporting.live import (
    Claim,
    Event,
    Pod,
    Workload,
    parse_live,
)
from telemetry_operator.reconcile.reporting.pod_failures import failures_of_pod
from telemetry_operator.resources.objects import DEPLOYMENT, JOB, STATEFUL_SET, Key

# `pods "demo-producer-545d58465-vc6dh" is forbidden: exceeded quota: ...`, told alike whichever pod it was.
_FORBIDDEN: Final = re.compile(r'^.*?pods? "[^"]*" is forbidden: ')
_EVER: Final = "1970-01-01T00:00:00Z"  # the Deployment's own deadline has passed: no further patience
_CREATING: Final = {"ContainerCreating", "PodInitializing"}
_NOT_MOUNTED: Final = {"FailedMount", "FailedAttachVolume", "FailedMapVolume"}


def failures_of(observed: Observed, now: int, wanted: Collection[Key] = ()) -> tuple[PodFailure, ...]:
    """Everything that goes wrong with pods and what makes them, at a moment (µs), worst first.

    Of Jobs only those that are wanted matter, or the newest where nothing is known to be wanted.
    """
    events = [parse_live(event, Event) for event in observed.events]
    jobs = _jobs_that_matter(observed, wanted)
    superseded = {job.metadata.name for job in _all(observed, JOB.kind)} - {job.metadata.name for job in jobs}
    pods = [pod for pod in (parse_live(pod, Pod) for pod in observed.pods) if pod.job not in superseded]
    return sort_failures(
        (
            *(failure for pod in pods for failure in failures_of_pod(pod, now)),
            *(failure for pod in pods for failure in _of_mounts(pod, events)),
            *(failure for deployment in _all(observed, DEPLOYMENT.kind) for failure in _of_deployment(deployment)),
            *(failure for owner in _all(observed, STATEFUL_SET.kind) for failure in _of_creation(owner, events)),
            *(failure for job in jobs for failure in _of_job(job, pods, events)),
            *(failure for claim in observed.claims for failure in _of_claim(parse_live(claim, Claim), events)),
        )
    )


def _all(observed: Observed, kind: str) -> list[Workload]:
    return [parse_live(found, Workload) for key, found in observed.objects.items() if key.kind == kind]


def _jobs_that_matter(observed: Observed, wanted: Collection[Key]) -> list[Workload]:
    jobs = sorted(_all(observed, JOB.kind), key=lambda job: job.metadata.creation_timestamp)
    names = {key.name for key in wanted if key.kind == JOB.kind}
    return [job for job in jobs if job.metadata.name in names] if names else jobs[-1:]


def _of_deployment(deployment: Workload) -> Iterator[PodFailure]:
    component, failed = deployment.metadata.component, deployment.condition("ReplicaFailure")
    progressing = deployment.condition("Progressing")
    if failed.status == "True":
        yield _refused(component, failed.message, failed.last_transition_time)
    elif progressing.status == "False" and progressing.reason == "ProgressDeadlineExceeded":
        yield PodFailure(Reason.ROLLOUT_STUCK, component, "the newest pods have not become ready in time", _EVER)


def _of_creation(owner: Workload, events: Sequence[Event]) -> Iterator[PodFailure]:
    if owner.spec.replicas > owner.status.replicas:
        yield from (
            _refused(owner.metadata.component, event.note)
            for event in _about(events, owner.kind, owner.metadata.name)
            if event.reason == "FailedCreate"
        )


def _refused(component: str, message: str, since: str | None = None) -> PodFailure:
    reason = Reason.QUOTA_EXCEEDED if "exceeded quota" in message else Reason.PODS_FORBIDDEN
    return PodFailure(reason, component, "no pod may be made: " + shortened(_FORBIDDEN.sub("", message)), since)


def _of_job(job: Workload, pods: Sequence[Pod], events: Sequence[Event]) -> Iterator[PodFailure]:
    component, ended = job.metadata.component, job.condition("Failed")
    if job.condition("Complete").status == "True":
        return
    own = [pod for pod in pods if pod.job == job.metadata.name]
    words = "".join(f": {said}" for said in [_said_last(own)] if said)
    if ended.status == "True":
        yield PodFailure(Reason.PREPARE_FAILED, component, f"{ended.message or ended.reason}{words}")
    elif job.status.failed:
        yield PodFailure(Reason.PREPARE_FAILED, component, f"failed, and is tried again{words}")
    elif not own:
        yield from (
            _refused(component, event.note)
            for event in _about(events, job.kind, job.metadata.name)
            if event.reason == "FailedCreate"
        )


def _said_last(pods: Sequence[Pod]) -> str:
    """The last words of the newest pod that ended."""
    for pod in sorted(pods, key=lambda pod: pod.metadata.creation_timestamp, reverse=True):
        for container in pod.status.container_statuses:
            if container.last_end and (said := last_words(container.last_end.message)):
                return said
    return ""


def _of_claim(claim: Claim, events: Sequence[Event]) -> Iterator[PodFailure]:
    if claim.status.phase == "Lost":
        yield PodFailure(
            Reason.VOLUME_PENDING, claim.metadata.component, f"the volume of {claim.metadata.name} is lost"
        )
    elif claim.status.phase == "Pending":
        yield from (
            PodFailure(Reason.VOLUME_PENDING, claim.metadata.component, f"{claim.metadata.name}: {event.note}")
            for event in _about(events, "PersistentVolumeClaim", claim.metadata.name)
            if event.reason == "ProvisioningFailed"
        )


def _of_mounts(pod: Pod, events: Sequence[Event]) -> Iterator[PodFailure]:
    """Volumes that a pod waits for while its containers are being made."""
    creating = [
        container.state.waiting is not None
        and container.state.waiting.reason in {"ContainerCreating", "PodInitializing"}
        for container in pod.status.container_statuses
    ]
    if any(creating) and not pod.metadata.deletion_timestamp:
        yield from (
            PodFailure(Reason.VOLUME_NOT_MOUNTED, pod.metadata.component, shortened(event.note))
            for event in _about(events, "Pod", pod.metadata.name)
            if event.reason in _NOT_MOUNTED
        )


def _about(events: Sequence[Event], kind: str, name: str) -> list[Event]:
    return [event for event in events if (event.regarding.kind, event.regarding.name) == (kind, name)]
