"""How many of a component run, how large they are, and how they grow."""

from typing import ClassVar, Final

from pydantic import Field

from telemetry_operator.specs.base import Count, SpecModel
from telemetry_operator.specs.findings import Finding, Rule, at
from telemetry_operator.specs.pods import Compute, PodTemplate, Resources
from telemetry_operator.specs.quantity import Quantity

USUAL_MAXIMUM: Final = 4  # replicas


def _default_resources() -> Resources:
    # A CPU request by default: without one an autoscaler has nothing to measure against.
    return Resources(
        requests=Compute(cpu=Quantity("250m"), memory=Quantity("256Mi")), limits=Compute(memory=Quantity("512Mi"))
    )


def minimum_is_not_above_maximum(autoscaling: "Autoscaling") -> Finding | None:
    least, most = autoscaling.min_replicas, autoscaling.max_replicas
    if most is None or least <= most:
        return None
    return at("minReplicas", f"found {least}, which is above maxReplicas ({most})")


class Autoscaling(SpecModel):
    """Bounds and target of a HorizontalPodAutoscaler; used where `scaling` is hpa."""

    min_replicas: Count = Field(1, ge=1, le=1000, description="Replicas when idle.")
    max_replicas: Count | None = Field(
        None,
        ge=1,
        le=1000,
        description="Replicas under load, at most; left out: 4, or fewer by the partitions.",
    )
    target_cpu_percent: Count = Field(70, ge=1, le=100, description="Mean CPU use to aim at, in % of the request.")

    rules: ClassVar[tuple[Rule, ...]] = (Rule(minimum_is_not_above_maximum),)

    @property
    def most(self) -> int:
        return self.max_replicas or max(USUAL_MAXIMUM, self.min_replicas)


class ComponentSpec(SpecModel):
    """One of our own programs."""

    replicas: Count = Field(1, ge=0, le=1000, description="Replicas to start with; 0 stops the component.")
    resources: Resources = Field(default_factory=_default_resources, description="CPU and memory of each replica.")
    autoscaling: Autoscaling = Field(default_factory=Autoscaling, description="How the component grows under load.")
    pod: PodTemplate = Field(default_factory=PodTemplate, description="What is added to each pod.")
