"""What the operator says of a benchmark: the `status` of a TelemetryBenchmark.

It is all that a visit remembers of the one before: once `run` stands the run has begun, and its spec may not change.
"""

from enum import StrEnum
from typing import Any, Final

from pydantic import Field, ValidationError

from telemetry_loadtest.results import Verdict
from telemetry_operator.specs.status import Condition, ConditionType, StatusModel, Time

CONDITIONS: Final = (
    ConditionType.READY, ConditionType.PROGRESSING, ConditionType.DEGRADED, ConditionType.RECONCILING,
    ConditionType.STALLED,
)  # fmt: skip
"""Those of a benchmark, all of them present from the first visit."""


class Phase(StrEnum):
    """How far a run is, in order."""

    QUEUED = "Queued"
    """Another run of the same platform goes first."""
    STARTING = "Starting"
    """Pods are made; no load yet."""
    RUNNING = "Running"
    CLOSING = "Closing"
    """The load is over; what was acknowledged is compared with what is stored, and the result is kept."""
    FINISHED = "Finished"
    REFUSED = "Refused"
    """It may not be had as it is asked for; no load was started."""


OVER: Final = frozenset({Phase.FINISHED, Phase.REFUSED})


class Live(StatusModel):
    """A run as it was a few seconds ago: the newest second that all workers have told of."""

    stage: str = Field(description="Stage of the load.")
    second: int = Field(description="Second of the run; below zero before the first stage.")
    offered: float = Field(ge=0, description="Requests that were due in it.")
    achieved: float = Field(ge=0, description="Requests that were answered in it, rightly or not.")
    good: float = Field(ge=0, description="Requests that were answered rightly in it.")
    dropped: int = Field(0, ge=0, description="Requests that were dropped in it.")
    p95: str | None = Field(None, description="95 % of its good answers came within it, of the slowest endpoint.")
    verdict: str | None = Field(None, description="What the verdict would be, were the run over now.")
    reason: str | None = Field(None, description="Why.")


class BoundStatus(StatusModel):
    """A bound with what was measured: milliseconds, or a share for `errors` and `drops`."""

    endpoint: str = Field(description="Whose; `probe` for freshness.")
    measure: str = Field(description="What is bounded: p50, p90, p95, p99, p99.9, errors, drops or freshness.")
    limit: float = Field(description="What was asked for.")
    value: float | None = Field(None, description="What was measured; missing where nothing was.")
    held: bool = Field(description="Whether it held.")
    breached_at: float | None = Field(None, description="Second of the run at which it was broken for good.")


class Rates(StatusModel):
    """The run in numbers, the warm-up left out."""

    seconds: float = Field(ge=0, description="How long it lasted.")
    offered: float = Field(ge=0, description="Requests a second that were due.")
    achieved: float = Field(ge=0, description="Requests a second that were answered.")
    good: float | None = Field(
        None, ge=0, description="Requests a second that were answered rightly; missing where data was lost."
    )
    dropped: int = Field(0, ge=0, description="Requests that were dropped.")
    errors: int = Field(0, ge=0, description="Requests that went wrong.")
    p50: str | None = Field(
        None, description="Half of the good answers came within it, of the slowest endpoint in its slowest stage."
    )
    p95: str | None = Field(None, description="95 % of them.")
    p99: str | None = Field(None, description="99 % of them.")


class BooksStatus(StatusModel):
    """The books: readings that were sent, acknowledged and stored."""

    sent: int = Field(ge=0, description="Readings that were sent.")
    acknowledged: int = Field(ge=0, description="Readings that the platform took.")
    stored: int = Field(ge=0, description="Readings that are stored.")
    missing: int = Field(ge=0, description="Readings that were acknowledged and are not stored.")
    surplus: int = Field(ge=0, description="Readings that are stored and were not acknowledged, or stand twice.")
    closed: bool = Field(description="Whether count and digest agree.")


class StepStatus(StatusModel):
    """A rate that was tried for a ceiling."""

    rate: float = Field(description="Requests a second.")
    held: bool = Field(description="Whether it held what is promised.")
    reason: str = Field(description="Why, or why not.")


class CeilingStatus(StatusModel):
    """How far the search for a ceiling is; at its end, what was found: `held` to `failed`."""

    trial: int = Field(ge=0, description="How many rates were tried until now, the one that is being tried included.")
    most: int | None = Field(None, ge=0, description="How many it can come to; missing when it is over.")
    rate: float | None = Field(None, description="Requests a second that are tried now; missing when it is over.")
    held: float | None = Field(None, description="The highest rate that held; missing where none did.")
    failed: float | None = Field(None, description="The lowest rate that did not; missing where none was found.")
    steps: tuple[StepStatus, ...] = Field((), description="Every rate that was tried, when it is over.")


class ResultStatus(StatusModel):
    """Where the whole result is kept, for `telemetryctl report tb/NAME`."""

    config_maps: tuple[str, ...] = Field(description="ConfigMaps with its parts, in their order.")
    bytes: int = Field(ge=0, description="Its size, compressed.")
    sha256: str = Field(description="SHA-256 of the compressed whole, in hexadecimal.")


class BenchmarkStatus(StatusModel):
    """How the run is, as the operator last saw it. Every field may be missing before the first visit."""

    observed_generation: int | None = Field(None, ge=0, description="Generation of the spec that this status is about.")
    conditions: tuple[Condition, ...] = Field(
        (),
        description="How the run is, one entry for each aspect.",
        json_schema_extra={"x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["type"]},
    )
    phase: Phase | None = Field(None, description="How far the run is.")
    progress: str | None = Field(
        None,
        description="How much of the load is over: 40 %; in the queue the place, in a search the rate that is tried.",
    )
    step: str | None = Field(None, description="What is being done or waited for now; missing when it is over.")
    verdict: Verdict | None = Field(None, description="What the run shows.")
    reason: str | None = Field(None, description="Why the verdict is what it is, in a sentence.")
    run: str | None = Field(
        None, description="Name of the run, its devices' too; from then on the spec may not be changed."
    )
    start_time: Time | None = Field(None, description="When the run's pods were first asked for.")
    load_time: Time | None = Field(None, description="When the first request was due.")
    end_time: Time | None = Field(None, description="When the load was over.")
    completion_time: Time | None = Field(None, description="When the result stood.")
    live: Live | None = Field(None, description="The run as it is now; missing when it is over.")
    ceiling: CeilingStatus | None = Field(None, description="The search of the suite ceiling.")
    rates: Rates | None = Field(None, description="The run in numbers, when it is over.")
    bounds: tuple[BoundStatus, ...] = Field((), description="Each bound with what was measured.")
    books: BooksStatus | None = Field(None, description="Whether what was acknowledged is stored.")
    result: ResultStatus | None = Field(None, description="Where the whole result is kept.")


def read_benchmark_status(benchmark: dict[str, Any]) -> BenchmarkStatus:
    """The status that an object carries; what of it cannot be read is left out, and takes nothing else with it."""
    given = benchmark.get("status") or {}
    if not isinstance(given, dict):
        return BenchmarkStatus()
    try:
        return BenchmarkStatus.model_validate(given)
    except ValidationError as error:
        doubtful = {fault["loc"][0] for fault in error.errors()}
        return BenchmarkStatus.model_validate({name: told for name, told in given.items() if name not in doubtful})
