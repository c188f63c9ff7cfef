"""What goes wrong with pods, in the pods' own words.

A pure reading of their status. Words that change by themselves (a back-off's length, a pod's random name) are left out:
the same failure is always told in the same way, so that no status is written again for it.
"""

import re
from collections.abc import Iterator
from typing import Final

from telemetry_operator.reconcile.reasons import Reason
from telemetry_operator.reconcile.reporting.failures import PodFailure
from telemetry_operator.reconcile.reporting.last_words import last_words, shortened
from telemetry_operator.reconcile.reporting.live import Container, Pod, Terminated, seconds_since

# A volume is made and an image is pulled before a pod runs: only what lasts is a failure.
PLACING_SECONDS: Final = 15.0
STARTING_SECONDS: Final = 300.0
# One restart can be chance; a pod that came up again is trusted after this long.
RESTARTS_OF_A_FAILURE: Final = 2
RECENT_SECONDS: Final = 300.0

_PULLING: Final = {
    "ErrImagePull", "ImagePullBackOff", "ErrImageNeverPull", "InvalidImageName", "ImageInspectError",
    "RegistryUnavailable", "SignatureValidationFailed",
}  # fmt: skip
_NOT_STARTED: Final = {
    "CreateContainerConfigError", "CreateContainerError", "PostStartHookError", "PreCreateHookError",
    "RunContainerError",
}  # fmt: skip
_START_ERRORS: Final = {"StartError", "ContainerCannotRun"}
_BACK_OFF: Final = re.compile(r'^Back-off pulling image "[^"]*": \w+: ')
_VOLUMES: Final = re.compile(r"PersistentVolumeClaim|volume", re.IGNORECASE)
_KILLED: Final = 128  # an exit code above it is a signal's number and this


def failures_of_pod(pod: Pod, now: int) -> Iterator[PodFailure]:
    """Failures of one pod at a moment (µs); those of Jobs' pods that ended are the Job's."""
    if pod.metadata.deletion_timestamp or pod.status.phase in {"Succeeded", "Failed"}:
        return
    found = list(_in_containers(pod, now)) or list(_of_the_whole(pod, now))
    since = next((one.last_transition_time for one in pod.status.conditions if one.status == "False"), None)
    yield from (PodFailure(_seen_from_outside(reason, pod), _subject(pod), words, since) for reason, words in found)


def _seen_from_outside(reason: Reason, pod: Pod) -> Reason:
    """A Job's pod that ends again and again is a preparation that fails, and is tried again."""
    ends = reason in {Reason.CRASH_LOOPING, Reason.OUT_OF_MEMORY}
    return Reason.PREPARE_FAILED if ends and pod.owner_kind == "Job" else reason


def _in_containers(pod: Pod, now: int) -> Iterator[tuple[Reason, str]]:
    for container in pod.status.init_container_statuses:
        for reason, words in _in_container(container, now):
            own = reason in {Reason.CRASH_LOOPING, Reason.OUT_OF_MEMORY}
            yield Reason.INIT_FAILED if own else reason, f"init container {container.name}: {words}"
    for container in pod.status.container_statuses:
        yield from _in_container(container, now)


def _in_container(container: Container, now: int) -> Iterator[tuple[Reason, str]]:
    waiting = container.state.waiting
    if waiting and waiting.reason in _PULLING:
        yield Reason.IMAGE_PULL_FAILED, shortened(_BACK_OFF.sub("", waiting.message) or waiting.reason)
    elif waiting and waiting.reason in _NOT_STARTED:
        yield Reason.CONTAINER_NOT_STARTED, shortened(waiting.message or waiting.reason)
    elif (end := container.last_end) and _keeps_ending(container, end, now):
        yield _reason_of(end), _told(end)


def _keeps_ending(container: Container, end: Terminated, now: int) -> bool:
    waiting = container.state.waiting
    if waiting and waiting.reason == "CrashLoopBackOff":
        return True
    if container.restart_count < RESTARTS_OF_A_FAILURE:
        return False
    return not container.ready or seconds_since(end.finished_at, now) < RECENT_SECONDS


def _reason_of(end: Terminated) -> Reason:
    if end.reason == "OOMKilled":
        return Reason.OUT_OF_MEMORY
    return Reason.CONTAINER_NOT_STARTED if end.reason in _START_ERRORS else Reason.CRASH_LOOPING


def _told(end: Terminated) -> str:
    words = last_words(end.message)
    if end.reason == "OOMKilled":
        return "ends again and again: it uses more memory than its limit (OOMKilled)"
    if end.reason in _START_ERRORS:
        return words or end.reason
    how = f"signal {end.exit_code - _KILLED}" if end.exit_code > _KILLED else f"exit code {end.exit_code}"
    return f"ends again and again with {how}" + (f": {words}" if words else "")


def _of_the_whole(pod: Pod, now: int) -> Iterator[tuple[Reason, str]]:
    placed, ready = pod.condition("PodScheduled"), pod.condition("Ready")
    if placed.status == "False":
        if placed.reason == "Unschedulable" and seconds_since(placed.last_transition_time, now) >= PLACING_SECONDS:
            reason = Reason.VOLUME_PENDING if _VOLUMES.search(placed.message) else Reason.UNSCHEDULABLE
            yield reason, shortened(placed.message) or "no node takes it"
    elif ready.status == "False" and _runs(pod) and seconds_since(ready.last_transition_time, now) >= STARTING_SECONDS:
        yield Reason.NOT_READY, f"runs, and has not been ready for more than {STARTING_SECONDS / 60:.0f} minutes"


def _runs(pod: Pod) -> bool:
    return any(container.state.running is not None for container in pod.status.container_statuses)


def _subject(pod: Pod) -> str:
    """A server's pods keep their names; others' are random, and stand for their component."""
    return pod.metadata.name if pod.owner_kind == "StatefulSet" else pod.metadata.component
