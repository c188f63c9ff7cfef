"""What the operator says of a comparison: the `status` of an ArchitectureComparison.

It is all that a visit remembers of the one before: once `run` stands it has begun, and its spec may not change; `cell`
is the one that is being run, written before anything of it is made.
"""

from enum import StrEnum
from typing import Any, Final

from pydantic import Field, ValidationError

from telemetry_operator.specs.benchmark_status import ResultStatus
from telemetry_operator.specs.status import Condition, StatusModel, Time


class Phase(StrEnum):
    """How far a comparison is, in order."""

    RUNNING = "Running"
    """Cell after cell."""
    FINISHED = "Finished"
    REFUSED = "Refused"
    """It may not be had as it is asked for; nothing was made."""


OVER: Final = frozenset({Phase.FINISHED, Phase.REFUSED})


class PlanSummary(StatusModel):
    """What is run, as it is said beforehand."""

    variants: tuple[str, ...] = Field(description="Names of the variants, the repeats that show noise included.")
    profiles: tuple[str, ...] = Field(description="Mixtures of requests.")
    metric: str = Field(description="What decides, with its unit and its load.")
    blocks: int = Field(ge=1, description="Blocks that are run.")
    blocks_needed: int = Field(ge=1, description="Blocks that a win takes; with fewer the answer is insufficient data.")
    expected: str = Field(description="How long all cells are expected to take.")
    limits: tuple[str, ...] = Field(
        (), description="Of each variant the sum of its pods' limits, at as many replicas as it may have."
    )
    quota: str | None = Field(
        None, description="What a ResourceQuota holds each variant's pods to, all together; missing where none does."
    )
    unequal: str | None = Field(None, description="Why nothing makes the variants equal; missing where a quota does.")


class Cells(StatusModel):
    """How many cells there are."""

    total: int = Field(ge=0, description="All of the plan.")
    done: int = Field(ge=0, description="Those that were run or tried.")
    failed: int = Field(ge=0, description="Those among them that have no number.")
    left: int = Field(ge=0, description="Those still to be run.")


class CellStatus(StatusModel):
    """The cell that is being run."""

    name: str = Field(description="Block, profile and variant.")
    object: str = Field(description="Name of its TelemetryPlatform and of its TelemetryBenchmark.")
    start_time: Time = Field(description="When it was begun.")


class ProfileStatus(StatusModel):
    """What is said of a profile."""

    profile: str = Field(description="Mixture of requests.")
    acknowledged_as: str | None = Field(
        None, description="What an acknowledgement means to those ranked: stored, or queued; missing where all are."
    )
    outcome: str = Field(description="winner, no difference shown, or insufficient data.")
    winner: str | None = Field(None, description="The variant that won.")
    blocks: int = Field(ge=0, description="Blocks that count.")
    doubt: str | None = Field(None, description="Why a win was taken back.")


class ComparisonStatus(StatusModel):
    """How the comparison is, as the operator last saw it. Every field may be missing before the first visit."""

    observed_generation: int | None = Field(None, ge=0, description="Generation of the spec that this status is about.")
    conditions: tuple[Condition, ...] = Field(
        (),
        description="How the comparison is, one entry for each aspect.",
        json_schema_extra={"x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["type"]},
    )
    phase: Phase | None = Field(None, description="How far the comparison is.")
    progress: str | None = Field(None, description="Cells that are over, of all: 7/42.")
    step: str | None = Field(None, description="What is being done or waited for now; missing when it is over.")
    reason: str | None = Field(None, description="Why it is over or refused, in a sentence.")
    run: str | None = Field(None, description="Name of the run; from then on the spec may not be changed.")
    start_time: Time | None = Field(None, description="When it was begun.")
    completion_time: Time | None = Field(None, description="When its result stood.")
    plan: PlanSummary | None = Field(None, description="What is run.")
    cells: Cells | None = Field(None, description="How many cells there are.")
    cell: CellStatus | None = Field(None, description="The cell that is being run; missing between two.")
    nodes: tuple[str, ...] = Field((), description="Nodes on which its cells have run so far.")
    profiles: tuple[ProfileStatus, ...] = Field((), description="What is said of each profile, when it is over.")
    recommendation: tuple[str, ...] = Field((), description="What follows from it, in words.")
    result: ResultStatus | None = Field(None, description="Where the whole result is kept.")


def read_comparison_status(comparison: dict[str, Any]) -> ComparisonStatus:
    """The status that an object carries; what of it cannot be read is left out, and takes nothing else with it."""
    given = comparison.get("status") or {}
    if not isinstance(given, dict):
        return ComparisonStatus()
    try:
        return ComparisonStatus.model_validate(given)
    except ValidationError as error:
        doubtful = {fault["loc"][0] for fault in error.errors()}
        return ComparisonStatus.model_validate({name: told for name, told in given.items() if name not in doubtful})
