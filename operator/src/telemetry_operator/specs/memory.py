"""The consumer's memory, where `store` is memory: how much of it history may take. How long, says `retention`."""

from pydantic import Field

from telemetry_operator.specs.base import SpecModel
from telemetry_operator.specs.quantity import Quantity


class MemorySpec(SpecModel):
    """The bound of size; the oldest readings go beyond it."""

    max_size: Quantity | None = Field(
        None, description="What readings may take; left out: half of spec.consumer.resources.limits.memory, or 256Mi."
    )
