"""What the API server tells of a platform's pods and autoscalers, as lines for a run's collector to keep. Pure.

Processor time and memory are the metrics API's, each at the moment and over the window that it says itself; restarts
and readiness are the pods' own, replicas the autoscalers'. What is not told is said to be so, never taken for nought.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from telemetry_contract.times import MICROSECONDS_PER_SECOND, parse_time
from telemetry_loadtest.collector.lines import Happened, Line, Missed, Readied, Sampled, Scaled, Value
from telemetry_operator.reconcile.reporting.live import Container, Live, Metadata, Pod, parse_live
from telemetry_operator.resources.objects import Object
from telemetry_operator.specs.quantity import Quantity

CPU: Final = ("cpu", "cores")
MEMORY: Final = ("memory", "bytes")
THROTTLED: Final = ("throttled", "share")
PODS: Final = "pods"
NO_THROTTLING: Final = "only kubelets know, and the operator may not ask them"
NO_FIGURE: Final = "the metrics API told nothing of it"
RUNNING: Final = "Running"
_SMALL: Final = {"n": 1e-9, "u": 1e-6}


class Usage(Live, frozen=True):
    cpu: str = "0"
    memory: str = "0"


class UsedByContainer(Live, frozen=True):
    usage: Usage = Usage()


class PodUsage(Live, frozen=True):
    """One pod's PodMetrics: means over a window that ended at `timestamp`."""

    metadata: Metadata = Metadata()
    timestamp: str = ""
    containers: tuple[UsedByContainer, ...] = ()


class CurrentMetric(Live, frozen=True):
    average_utilization: int | None = None


class Target(Live, frozen=True):
    average_utilization: int | None = None


class Resource(Live, frozen=True):
    current: CurrentMetric = CurrentMetric()
    target: Target = Target()


class Metric(Live, frozen=True):
    resource: Resource = Resource()


class AutoscalerSpec(Live, frozen=True):
    metrics: tuple[Metric, ...] = ()


class AutoscalerStatus(Live, frozen=True):
    current_replicas: int | None = None
    desired_replicas: int | None = None
    last_scale_time: str | None = None
    current_metrics: tuple[Metric, ...] = ()


class Autoscaler(Live, frozen=True):
    metadata: Metadata = Metadata()
    spec: AutoscalerSpec = AutoscalerSpec()
    status: AutoscalerStatus = AutoscalerStatus()

    @property
    def of_target(self) -> float | None:
        """Use of the processor as a share of what the autoscaler aims at; None where it does not know."""
        now = [one.resource.current.average_utilization for one in self.status.current_metrics]
        aimed = [one.resource.target.average_utilization for one in self.spec.metrics]
        if len(now) != 1 or len(aimed) != 1 or now[0] is None or not aimed[0]:
            return None
        return now[0] / aimed[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """A platform's pods and autoscalers at a moment, and their use; where that is None, `why` it cannot be had."""

    pods: Sequence[Object]
    autoscalers: Sequence[Object] = ()
    usage: Sequence[Object] | None = None
    why: str = ""


def lines_of(seen: Seen, now: int) -> list[Line]:
    """What was seen at a moment (µs)."""
    pods = [parse_live(one, Pod) for one in seen.pods]
    running = [one for one in pods if one.status.phase == RUNNING]
    return [
        *_used(running, seen),
        Missed(PODS, *THROTTLED, NO_THROTTLING),
        *(line for pod in running for line in _of_pod(pod, now / MICROSECONDS_PER_SECOND)),
        *(line for one in seen.autoscalers for line in _of_autoscaler(parse_live(one, Autoscaler), now)),
    ]


def _used(running: Sequence[Pod], seen: Seen) -> Iterator[Line]:
    if seen.usage is None:
        yield from (Missed(PODS, *figure, seen.why) for figure in (CPU, MEMORY))
        return
    told = {one.metadata.name: one for one in (parse_live(given, PodUsage) for given in seen.usage)}
    for pod in running:
        name = pod.metadata.name
        if name in told and told[name].timestamp:
            yield _usage(told[name])
        else:
            yield from (Missed(name, *figure, NO_FIGURE) for figure in (CPU, MEMORY))


def _usage(told: PodUsage) -> Sampled:
    values = [
        Value(*CPU, sum(_amount(one.usage.cpu) for one in told.containers)),
        Value(*MEMORY, sum(_amount(one.usage.memory) for one in told.containers)),
    ]
    return Sampled(told.metadata.name, _seconds(told.timestamp), values)


def _of_pod(pod: Pod, now: float) -> Iterator[Line]:
    containers = pod.status.container_statuses
    restarts = sum(one.restart_count for one in containers)
    yield Sampled(pod.metadata.name, now, [Value("restarts", "restarts", float(restarts))])
    yield from (_started_anew(pod, one) for one in containers if one.last_state.terminated and _began(one))
    ready = pod.condition("Ready")
    if ready.status == "True" and ready.last_transition_time:
        created, at = _seconds(pod.metadata.creation_timestamp), _seconds(ready.last_transition_time)
        yield Readied(pod.metadata.component, pod.metadata.name, created, at)


def _started_anew(pod: Pod, container: Container) -> Happened:
    end = container.last_state.terminated
    assert end is not None  # noqa: S101 - asked by the caller
    why = end.reason or f"exit code {end.exit_code}"
    return Happened(_seconds(_began(container)), f"{pod.metadata.name} was started anew after {why}")


def _began(container: Container) -> str:
    return str((container.state.running or {}).get("startedAt") or "")


def _of_autoscaler(one: Autoscaler, now: int) -> Iterator[Line]:
    component, status = one.metadata.component, one.status
    known = {"desired": status.desired_replicas, "current": status.current_replicas}
    values = [Value(name, "pods", float(many)) for name, many in known.items() if many is not None]
    if one.of_target is not None:
        values.append(Value("cpu-of-target", "share", one.of_target))
    if values:
        yield Sampled(f"{component} autoscaler", now / MICROSECONDS_PER_SECOND, values)
    if status.last_scale_time and status.desired_replicas is not None:
        yield Scaled(component, _seconds(status.last_scale_time), status.desired_replicas)


def _amount(text: str) -> float:
    if text[-1:] in _SMALL:
        return float(text[:-1]) * _SMALL[text[-1]]
    return float(Quantity(text).value)


def _seconds(time: str) -> float:
    return parse_time(time) / MICROSECONDS_PER_SECOND if time else 0.0
