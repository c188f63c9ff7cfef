"""The parts of live objects that a status is made from, parsed once; what an object lacks has its usual value."""

from typing import Any, Final, TypeVar

import msgspec

from telemetry_contract.times import MICROSECONDS_PER_SECOND, parse_time
from telemetry_operator.resources.naming import COMPONENT_LABEL
from telemetry_operator.resources.objects import Object

JOB_LABEL: Final = "batch.kubernetes.io/job-name"


class Live(msgspec.Struct, frozen=True, rename="camel", kw_only=True):
    """A block as the API server writes it; fields that we do not read are passed over."""


class Owner(Live, frozen=True):
    kind: str = ""
    name: str = ""
    uid: str = ""


class Metadata(Live, frozen=True):
    name: str = ""
    uid: str = ""
    generation: int = 0
    creation_timestamp: str = ""
    deletion_timestamp: str | None = None
    labels: dict[str, str] = {}
    owner_references: list[Owner] = []

    @property
    def component(self) -> str:
        return self.labels.get(COMPONENT_LABEL, self.name)


class LiveCondition(Live, frozen=True):
    """A condition of an object that is not a TelemetryPlatform."""

    type: str = ""
    status: str = ""
    reason: str = ""
    message: str = ""
    last_transition_time: str | None = None


class Terminated(Live, frozen=True):
    exit_code: int = 0
    signal: int = 0
    reason: str = ""
    message: str = ""
    finished_at: str | None = None


class Waiting(Live, frozen=True):
    reason: str = ""
    message: str = ""


class ContainerState(Live, frozen=True):
    running: dict[str, Any] | None = None
    waiting: Waiting | None = None
    terminated: Terminated | None = None


class Container(Live, frozen=True):
    """One container of a pod, as its kubelet last said."""

    name: str = ""
    image: str = ""
    image_id: str = msgspec.field(default="", name="imageID")
    ready: bool = False
    restart_count: int = 0
    state: ContainerState = ContainerState()
    last_state: ContainerState = ContainerState()

    @property
    def last_end(self) -> Terminated | None:
        """How it ended the last time."""
        return self.state.terminated or self.last_state.terminated


class PodStatus(Live, frozen=True):
    phase: str = ""
    reason: str = ""
    message: str = ""
    conditions: list[LiveCondition] = []
    init_container_statuses: list[Container] = []
    container_statuses: list[Container] = []


class Pod(Live, frozen=True):
    metadata: Metadata = Metadata()
    status: PodStatus = PodStatus()

    def condition(self, kind: str) -> LiveCondition:
        return find_condition(self.status.conditions, kind)

    @property
    def is_ready(self) -> bool:
        return self.condition("Ready").status == "True" and self.metadata.deletion_timestamp is None

    @property
    def job(self) -> str:
        """Name of the Job that it works for; empty where there is none."""
        return self.metadata.labels.get(JOB_LABEL, "")

    @property
    def owner_kind(self) -> str:
        return self.metadata.owner_references[0].kind if self.metadata.owner_references else ""


class PodTemplateContainer(Live, frozen=True):
    name: str = ""
    image: str = ""


class PodTemplateSpec(Live, frozen=True):
    containers: list[PodTemplateContainer] = []


class PodTemplate(Live, frozen=True):
    spec: PodTemplateSpec = PodTemplateSpec()


class WorkloadSpec(Live, frozen=True):
    replicas: int = 1
    completions: int = 1
    template: PodTemplate = PodTemplate()


class WorkloadStatus(Live, frozen=True):
    observed_generation: int = 0
    replicas: int = 0
    ready_replicas: int = 0
    updated_replicas: int = 0
    succeeded: int = 0
    failed: int = 0
    conditions: list[LiveCondition] = []


class Workload(Live, frozen=True):
    """A Deployment, a StatefulSet, or a Job."""

    kind: str = ""
    metadata: Metadata = Metadata()
    spec: WorkloadSpec = WorkloadSpec()
    status: WorkloadStatus = WorkloadStatus()

    def condition(self, kind: str) -> LiveCondition:
        return find_condition(self.status.conditions, kind)


class ClaimSpec(Live, frozen=True):
    storage_class_name: str | None = None


class ClaimStatus(Live, frozen=True):
    phase: str = ""


class Claim(Live, frozen=True):
    metadata: Metadata = Metadata()
    spec: ClaimSpec = ClaimSpec()
    status: ClaimStatus = ClaimStatus()


class Regarded(Live, frozen=True):
    kind: str = ""
    name: str = ""
    uid: str = ""


class Event(Live, frozen=True):
    """An Event of events.k8s.io/v1."""

    reason: str = ""
    note: str = ""
    regarding: Regarded = Regarded()


class Scaler(Live, frozen=True):
    """A HorizontalPodAutoscaler."""

    metadata: Metadata = Metadata()
    status: WorkloadStatus = WorkloadStatus()

    def condition(self, kind: str) -> LiveCondition:
        return find_condition(self.status.conditions, kind)


T = TypeVar("T", bound=Live)


def parse_live(given: Object, kind: type[T]) -> T:
    """Parse an object; nulls stand for what is missing, as in Go."""
    try:
        return msgspec.convert(given, kind)
    except msgspec.ValidationError:  # hardly ever: to look for nulls takes far longer than to parse
        return msgspec.convert(_without_nulls(given), kind)


def find_condition(conditions: list[LiveCondition], kind: str) -> LiveCondition:
    """The condition of a type; an empty one where there is none."""
    return next((condition for condition in conditions if condition.type == kind), LiveCondition())


def seconds_since(time: str | None, now: int) -> float:
    """Seconds from an RFC 3339 time to now (µs); none where it is not told."""
    return (now - parse_time(time)) / MICROSECONDS_PER_SECOND if time else 0.0


def _without_nulls(value: Any) -> Any:  # noqa: ANN401 - JSON
    if isinstance(value, dict):
        return {name: _without_nulls(inner) for name, inner in value.items() if inner is not None}
    return [_without_nulls(inner) for inner in value] if isinstance(value, list) else value
