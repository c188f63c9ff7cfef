"""How many of a component run, how large they are, and how they grow."""

from pydantic import Field

from telemetry_operator.specs.base import Count, SpecModel
from telemetry_operator.specs.pods import Compute, PodTemplate, Resources
from telemetry_operator.specs.quantity import Quantity


def _default_resources() -> Resources:
    # A CPU request by default: without one an autoscaler has nothing to measure against.
    return Resources(
        requests=Compute(cpu=Quantity("250m"), memory=Quantity("256Mi")), limits=Compute(memory=Quantity("512Mi"))
    )


class Autoscaling(SpecModel):
    """Bounds and target of a HorizontalPodAutoscaler; used where `scaling` is hpa."""

    min_replicas: Count = Field(1, ge=1, le=1000, description="Replicas when idle.")
    max_replicas: Count = Field(4, ge=1, le=1000, description="Replicas under load, at most.")
    target_cpu_percent: Count = Field(70, ge=1, le=100, description="Mean CPU use to aim at, in % of the request.")


class ComponentSpec(SpecModel):
    """One of our own programs."""

    replicas: Count = Field(1, ge=0, le=1000, description="Replicas to start with; 0 stops the component.")
    resources: Resources = Field(default_factory=_default_resources, description="CPU and memory of each replica.")
    autoscaling: Autoscaling = Field(default_factory=Autoscaling, description="How the component grows under load.")
    pod: PodTemplate = Field(default_factory=PodTemplate, description="What is added to each pod.")
