"""What the operator says of a platform: the `status` of a TelemetryPlatform.

Written whole at the end of a visit (`reconcile.reporting` builds it), and read back at the next for what outlives one.
"""

from enum import StrEnum
from typing import Annotated, Any, Final

from pydantic import ConfigDict, Field, ValidationError

from telemetry_contract.architecture import Reads, Scaling, Store, Writes
from telemetry_operator.specs.base import SpecModel

LONGEST_REASON: Final = 1024  # characters, as metav1.Condition has it
LONGEST_MESSAGE: Final = 32_768

Time = Annotated[
    str, Field(json_schema_extra={"format": "date-time"}, description="A moment, RFC 3339 in UTC, to the second.")
]


class StatusModel(SpecModel):
    """A block of a status. Fields of a newer operator are passed over, so that going back to an older one works."""

    model_config = ConfigDict(extra="ignore", populate_by_name=True)


class ConditionType(StrEnum):
    """The conditions, all of them present from the first visit, in the order in which the status lists them."""

    READY = "Ready"
    AVAILABLE = "Available"
    PROGRESSING = "Progressing"
    DEGRADED = "Degraded"
    PAUSED = "Paused"
    WARNING = "Warning"
    RECONCILING = "Reconciling"
    STALLED = "Stalled"


class ConditionStatus(StrEnum):
    """Whether a condition holds."""

    TRUE = "True"
    FALSE = "False"
    UNKNOWN = "Unknown"


class Condition(StatusModel):
    """One aspect of how the platform is, in the form that Kubernetes gives to conditions."""

    type: ConditionType = Field(description="Which aspect.")
    status: ConditionStatus = Field(description="Whether it holds.")
    reason: str = Field(
        min_length=1,
        max_length=LONGEST_REASON,
        pattern="^[A-Za-z]([A-Za-z0-9_,:]*[A-Za-z0-9_])?$",
        description="Why, in one word; docs/runbook.md says what to do about each.",
    )
    message: str = Field(max_length=LONGEST_MESSAGE, description="Why, in a sentence.")
    observed_generation: int = Field(ge=0, description="Generation of the spec that this was said of.")
    last_transition_time: Time = Field(description="When `status` last changed.")


class Choices(StatusModel):
    """The four choices, as the preset and what is set beside it make them."""

    writes: Writes = Field(description="Who commits a reading.")
    store: Store = Field(description="Where history lives.")
    reads: Reads = Field(description="Whether analytics asks the store at once, or Redis first.")
    scaling: Scaling = Field(description="Whether replicas are fixed or an autoscaler's.")


class OutsideUrls(StatusModel):
    """Where the platform is reached from outside the cluster, by its Ingress."""

    producer: str | None = Field(None, description="URL that readings are sent to; missing without a host of its own.")
    analytics: str | None = Field(
        None, description="URL that readings are asked from; missing without a host of its own."
    )


class EndpointUrls(StatusModel):
    """Where the platform is reached."""

    producer: str | None = Field(None, description="URL inside the cluster that readings are sent to.")
    analytics: str | None = Field(None, description="URL inside the cluster that readings are asked from.")
    outside: OutsideUrls | None = Field(None, description="The same by the hosts of spec.ingress; missing without it.")


class ComponentStatus(StatusModel):
    """Pods of one component or builtin server."""

    name: str = Field(description="Name of the component: producer, consumer, analytics, postgres, redis or kafka.")
    desired: int = Field(0, ge=0, description="Pods that are wanted now, by the spec or by the autoscaler.")
    ready: int = Field(0, ge=0, description="Pods that are ready.")
    updated: int = Field(0, ge=0, description="Pods of the newest template.")
    image: str | None = Field(None, description="Image of the newest template.")


class ProbeStatus(StatusModel):
    """The newest synthetic reading that was written and read back."""

    last_success_time: Time | None = Field(
        None, description="When one was read back, as of the last time that anything else in the status changed."
    )
    visible_seconds: float | None = Field(None, ge=0, description="How long it took to be readable then.")
    observed_generation: int | None = Field(None, ge=0, description="Generation of the spec that it proved.")


class PlatformStatus(StatusModel):
    """How the platform is, as the operator last saw it. Every field may be missing before the first visit."""

    observed_generation: int | None = Field(None, ge=0, description="Generation of the spec that this status is about.")
    conditions: tuple[Condition, ...] = Field(
        (),
        description="How the platform is, one entry for each aspect.",
        json_schema_extra={"x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["type"]},
    )
    architecture: str | None = Field(
        None, description="Name of the preset that the four choices make, or the choices in their order: a/b/c/d."
    )
    choices: Choices | None = Field(None, description="The four choices in force.")
    step: str | None = Field(None, description="What is being done or waited for now; missing at rest.")
    reason: str | None = Field(None, description="Reason of the first condition that is not as it should be.")
    ingest: str | None = Field(None, description="Producers that are ready, of those wanted: 2/2.")
    endpoints: EndpointUrls | None = Field(None, description="Where the platform is reached.")
    keys_secret_name: str | None = Field(
        None, description="Secret with the keys that device keys and tokens are made from."
    )
    components: tuple[ComponentStatus, ...] = Field(
        (),
        description="Pods by component, builtin servers included.",
        json_schema_extra={"x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["name"]},
    )
    probe: ProbeStatus | None = Field(None, description="The newest synthetic reading that was written and read back.")
    first_available_time: Time | None = Field(
        None,
        description="When the platform first was available; from then on a Secret that is missing is never made anew.",
    )

    def condition(self, kind: ConditionType) -> Condition | None:
        return next((condition for condition in self.conditions if condition.type is kind), None)


def read_status(platform: dict[str, Any]) -> PlatformStatus:
    """The status that an object carries; what of it cannot be read is left out, and takes nothing else with it."""
    given = platform.get("status") or {}
    if not isinstance(given, dict):
        return PlatformStatus()
    try:
        return PlatformStatus.model_validate(given)
    except ValidationError as error:
        doubtful = {fault["loc"][0] for fault in error.errors()}
        return PlatformStatus.model_validate({name: told for name, told in given.items() if name not in doubtful})
