"""The part of a pod that the platform's owner may shape: where it runs, what it carries, what it may use."""

from collections import Counter
from typing import Annotated, Any, ClassVar, Final, Literal

from pydantic import Field

from telemetry_contract.settings import PREFIX
from telemetry_operator.specs.base import Count, SpecModel
from telemetry_operator.specs.findings import Finding, Rule, at
from telemetry_operator.specs.names import EnvironmentName, ObjectName
from telemetry_operator.specs.quantity import Quantity

# Kubernetes' own structure, checked by the API server when the pod is made.
_OPEN: Final[dict[str, Any]] = {"x-kubernetes-preserve-unknown-fields": True}
MOST_VARIABLES: Final = 100  # keeps the API server's rules about them cheap


class Compute(SpecModel):
    """An amount of CPU and memory."""

    cpu: Quantity | None = Field(None, description="CPUs, for example 500m or 2.")
    memory: Quantity | None = Field(None, description="Memory, for example 512Mi.")


def requests_are_within_limits(resources: "Resources") -> Finding | None:
    for kind in ("cpu", "memory"):
        request, limit = getattr(resources.requests, kind), getattr(resources.limits, kind)
        if request and limit and request.value > limit.value:
            return at(f"requests.{kind}", f"found {request}, which is above limits.{kind} ({limit})")
    return None


class Resources(SpecModel):
    """What a container asks for, and what it may use at most."""

    requests: Compute = Field(default_factory=Compute, description="What the scheduler sets aside for each replica.")
    limits: Compute = Field(default_factory=Compute, description="What a replica may use at most.")

    rules: ClassVar[tuple[Rule, ...]] = (Rule(requests_are_within_limits),)


class Toleration(SpecModel):
    """A taint that the pod may run beside."""

    key: str | None = Field(None, description="The taint's key; left out: every key.")
    operator: Literal["Exists", "Equal"] = Field("Equal", description="How key and value are compared.")
    value: str | None = Field(None, description="The taint's value, for operator Equal.")
    effect: Literal["NoSchedule", "PreferNoSchedule", "NoExecute"] | None = Field(
        None, description="The taint's effect; left out: every effect."
    )
    toleration_seconds: Count | None = Field(None, description="How long a NoExecute taint is borne.")


def name_is_not_ours(variable: "EnvironmentVariable") -> Finding | None:
    if not variable.name.startswith(PREFIX):
        return None
    return at("name", f"found {variable.name}; names that begin with {PREFIX} are the platform's own")


class EnvironmentVariable(SpecModel):
    """An environment variable beside the platform's own."""

    name: EnvironmentName = Field(description="The variable's name; TELEMETRY_ is the platform's own prefix.")
    value: str = Field("", description="The variable's value.")

    rules: ClassVar[tuple[Rule, ...]] = (Rule(name_is_not_ours),)


class ImagePullSecret(SpecModel):
    """A Secret with a registry's login."""

    name: ObjectName = Field(description="Name of the Secret, in the platform's namespace.")


def variables_have_names_of_their_own(pod: "PodTemplate") -> Finding | None:
    counts = Counter(variable.name for variable in pod.env)
    repeated = sorted(name for name, count in counts.items() if count > 1)
    return at("env", f"found more than once: {', '.join(repeated)}") if repeated else None


class PodTemplate(SpecModel):
    """What is added to each pod of a component."""

    labels: dict[str, str] = Field(default_factory=dict, description="Labels added to the pod.")
    annotations: dict[str, str] = Field(default_factory=dict, description="Annotations added to the pod.")
    node_selector: dict[str, str] = Field(default_factory=dict, description="Labels that the node must have.")
    tolerations: tuple[Toleration, ...] = Field((), description="Taints that the pod may run beside.")
    affinity: Annotated[dict[str, Any], Field(json_schema_extra=_OPEN)] = Field(
        default_factory=dict, description="Affinity of the pod, in Kubernetes' own structure."
    )
    env: tuple[EnvironmentVariable, ...] = Field(
        (),
        max_length=MOST_VARIABLES,
        description="Environment variables beside the platform's own.",
        json_schema_extra={"x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["name"]},
    )
    image_pull_secrets: tuple[ImagePullSecret, ...] = Field((), description="Secrets to pull images with.")
    priority_class_name: ObjectName | None = Field(
        None, description="PriorityClass of the pod; left out: the cluster's default."
    )

    rules: ClassVar[tuple[Rule, ...]] = (Rule(variables_have_names_of_their_own),)
