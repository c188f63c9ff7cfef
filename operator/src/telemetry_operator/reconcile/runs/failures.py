"""Why a run's pods do not bring it to its end, in one reason. A pure reading of pods, Jobs and Events."""

import re
from collections.abc import Iterator, Sequence
from typing import Final

import msgspec

from telemetry_loadtest.endings import Ending, parse_last_words
from telemetry_loadtest.measured import Measured, Searched
from telemetry_operator.reconcile.reporting.last_words import shortened
from telemetry_operator.reconcile.reporting.live import (
    Container,
    Event,
    Pod,
    Terminated,
    Workload,
    parse_live,
    seconds_since,
)
from telemetry_operator.reconcile.runs.observed import ObservedRun
from telemetry_operator.reconcile.runs.reasons import RunReason, Said
from telemetry_operator.resources.benchmark_context import WORKER
from telemetry_operator.resources.objects import JOB

PLACING_SECONDS: Final = 60.0
"""For so long a pod may find no node: another run's pods may just be going."""
PULLING_SECONDS: Final = 60.0

_PULLING: Final = {"ErrImagePull", "ImagePullBackOff", "ErrImageNeverPull", "InvalidImageName", "ImageInspectError"}
_NOT_STARTED: Final = {"CreateContainerConfigError", "CreateContainerError", "RunContainerError"}
_FORBIDDEN: Final = re.compile(r'^.*?pods? "[^"]*" is forbidden: ')
_ENDINGS: Final = {
    Ending.WORKERS_MISSING: RunReason.WORKER_LOST,
    Ending.WORKER_LOST: RunReason.WORKER_LOST,
    Ending.MASTER_LOST: RunReason.MASTER_LOST,
    Ending.STOPPED: RunReason.STOPPED,
    Ending.NOT_FETCHED: RunReason.MASTER_LOST,
}
_ORDER: Final = (
    RunReason.STOPPED, RunReason.OUT_OF_MEMORY, RunReason.IMAGE_PULL_FAILED, RunReason.CONTAINER_NOT_STARTED,
    RunReason.UNSCHEDULABLE, RunReason.PODS_FORBIDDEN, RunReason.GENERATOR_FAILED, RunReason.WORKER_LOST,
    RunReason.MASTER_LOST,
)  # fmt: skip
"""Causes before what they cause: a worker that is killed for memory is lost too."""


def failure_of_run(observed: ObservedRun, now: int, *, master: str, workers: bool) -> Said | None:
    """What ends the run, at a moment (µs). `master` is the master's component.

    `workers` says whether theirs count: once there is load a lost worker is the master's to judge.
    """
    found = list(_failures(observed, now, master, workers=workers))
    return min(found, key=lambda said: _ORDER.index(said.reason), default=None)


def _failures(observed: ObservedRun, now: int, master: str, *, workers: bool) -> Iterator[Said]:
    pods = [parse_live(given, Pod) for given in observed.pods]
    for pod in pods:
        is_master = pod.metadata.component == master
        if is_master or workers:
            yield from _of_pod(pod, now, is_master=is_master)
    if workers:
        jobs = [parse_live(found, Workload) for key, found in observed.objects.items() if key.kind == JOB.kind]
        of_generator = [job for job in jobs if job.metadata.component in {master, WORKER}]
        yield from _not_made(observed, pods, of_generator)
        yield from _vanished(pods, of_generator, master)


def explained(measured: Measured, observed: ObservedRun, now: int) -> Measured:
    """Say beside a worker that was lost under load what its pod says of its end, which its master cannot know."""
    if not measured.generator.lost_workers:
        return measured
    pods = [parse_live(given, Pod) for given in observed.pods]
    told = {said.message for pod in pods if pod.metadata.component == WORKER for said in _of_pod(pod, now)}
    generator = msgspec.structs.replace(measured.generator, faults=[*measured.generator.faults, *sorted(told)])
    return msgspec.structs.replace(measured, generator=generator)


def explained_trials(searched: Searched, observed: ObservedRun, now: int) -> Searched:
    """Say it in each trial of a search."""
    trials = [msgspec.structs.replace(one, measured=explained(one.measured, observed, now)) for one in searched.trials]
    return msgspec.structs.replace(searched, trials=trials)


def _of_pod(pod: Pod, now: int, *, is_master: bool = False) -> Iterator[Said]:
    name = "the master" if is_master else "a worker"
    lost = RunReason.MASTER_LOST if is_master else RunReason.WORKER_LOST
    if pod.status.reason == "Evicted":
        yield Said(lost, f"the pod of {name} was evicted: {shortened(pod.status.message)}")
    placed = pod.condition("PodScheduled")
    lasts = seconds_since(placed.last_transition_time, now) >= PLACING_SECONDS
    if placed.status == "False" and placed.reason == "Unschedulable" and lasts:
        yield Said(RunReason.UNSCHEDULABLE, f"no node has room for {name}: {shortened(placed.message)}")
    for container in pod.status.container_statuses:
        yield from _waiting(container, name, seconds_since(pod.metadata.creation_timestamp or None, now))
        if container.state.terminated and container.state.terminated.exit_code:
            yield _ended(container.state.terminated, name, is_master=is_master)
    if pod.status.phase == "Failed" and not any(it.state.terminated for it in pod.status.container_statuses):
        yield Said(lost, f"the pod of {name} is gone from its node")


def _waiting(container: Container, name: str, age: float) -> Iterator[Said]:
    waiting = container.state.waiting
    if waiting and waiting.reason in _PULLING and age >= PULLING_SECONDS:
        why = shortened(waiting.message or waiting.reason)
        yield Said(RunReason.IMAGE_PULL_FAILED, f"{container.image} cannot be had for {name}: {why}")
    elif waiting and waiting.reason in _NOT_STARTED and age >= PULLING_SECONDS:
        why = shortened(waiting.message or waiting.reason)
        yield Said(RunReason.CONTAINER_NOT_STARTED, f"{name} cannot be started: {why}")


def _ended(end: Terminated, name: str, *, is_master: bool) -> Said:
    if end.reason == "OOMKilled":
        return Said(RunReason.OUT_OF_MEMORY, f"{name} used more memory than its limit")
    ending, message = parse_last_words(end.message)
    lost = RunReason.MASTER_LOST if is_master else RunReason.WORKER_LOST
    # What is killed from outside says nothing.
    reason = lost if not end.message.strip() else _ENDINGS.get(ending, RunReason.GENERATOR_FAILED)
    return Said(reason, f"{name} ended with exit code {end.exit_code}: {shortened(message)}")


def _not_made(observed: ObservedRun, pods: Sequence[Pod], jobs: Sequence[Workload]) -> Iterator[Said]:
    """Jobs whose pods may not be made say so in Events alone. By uid: Events outlive a benchmark of the same name."""
    waiting = {job.metadata.uid for job in jobs} - {it.uid for pod in pods for it in pod.metadata.owner_references}
    for event in _warnings(observed.events):
        if event.regarding.uid in waiting and event.reason == "FailedCreate":
            yield Said(RunReason.PODS_FORBIDDEN, shortened(_FORBIDDEN.sub("", event.note)))


def _vanished(pods: Sequence[Pod], jobs: Sequence[Workload], master: str) -> Iterator[Said]:
    """Pods that somebody deleted say nothing; their Jobs remember that they failed."""
    for job in jobs:
        own = [pod for pod in pods if pod.metadata.component == job.metadata.component]
        if len(own) < job.spec.completions and job.status.failed > sum(pod.status.phase == "Failed" for pod in own):
            yield _gone(is_master=job.metadata.component == master)


def _gone(*, is_master: bool) -> Said:
    reason, name = (RunReason.MASTER_LOST, "the master") if is_master else (RunReason.WORKER_LOST, "a worker")
    return Said(reason, f"the pod of {name} was deleted before the first request was due")


def _warnings(events: Sequence[dict[str, object]]) -> list[Event]:
    return [parse_live(event, Event) for event in events]
