"""The TelemetryBenchmark kind: one run of a workload against one platform, and what is promised of it.

The load stands in `load`; which requests a profile is made of, and what a suite offers, is telemetry_loadtest's to say.
"""

from collections.abc import Iterator
from enum import StrEnum
from typing import Annotated, Any, ClassVar, Final, Literal

from pydantic import Field

from telemetry_loadtest.arrivals import Spacing
from telemetry_loadtest.profiles import WEIGHTS, Endpoint, Profile
from telemetry_loadtest.search import FIRST, PRECISION
from telemetry_loadtest.suites import Suite
from telemetry_operator.specs.base import Count, Flag, Number, SpecModel
from telemetry_operator.specs.duration import Duration
from telemetry_operator.specs.findings import Finding, Rule, at
from telemetry_operator.specs.load import Rate, Stage
from telemetry_operator.specs.names import DnsLabel
from telemetry_operator.specs.platform import Metadata
from telemetry_operator.specs.pods import Resources

LONGEST: Final = 24 * 3600  # seconds of a run: a soak is bounded
PERCENTILES: Final = ("p50", "p90", "p95", "p99", "p999")

Share = Annotated[Number, Field(ge=0, le=1)]


class ExistingData(StrEnum):
    """What a run does where the platform holds readings already."""

    REFUSE = "Refuse"
    ALLOW = "Allow"


class Bound(SpecModel):
    """What is promised of one endpoint, or of each that is called."""

    endpoint: Endpoint | None = Field(None, description="Whose; left out: each endpoint that is called.")
    p50: Duration | None = Field(None, description="Half of the good answers come within it.")
    p90: Duration | None = Field(None, description="90 % of the good answers come within it.")
    p95: Duration | None = Field(None, description="95 % of the good answers come within it.")
    p99: Duration | None = Field(None, description="99 % of the good answers come within it.")
    p999: Duration | None = Field(None, description="99.9 % of the good answers come within it.")
    error_rate: Share | None = Field(None, description="Share of the requests that may go wrong; left out: 0.01.")
    drop_rate: Share | None = Field(None, description="Share that may be dropped for too many in flight; left out: 0.")

    @property
    def latencies(self) -> Iterator[tuple[str, Duration]]:
        """Each percentile that is bounded, as `p99.9`, with its bound."""
        for name in PERCENTILES:
            bound = getattr(self, name)
            if bound is not None:
                yield ("p99.9" if name == "p999" else name), bound


class Slo(SpecModel):
    """What is promised, and from when it counts as broken."""

    bounds: tuple[Bound, ...] = Field((), max_length=50, description="Bounds, endpoint by endpoint.")
    freshness: Duration | None = Field(
        None, description="99 % of sampled readings can be read this soon after their acceptance."
    )
    window: Duration = Field(Duration("5s"), description="Length of the windows that are judged while it runs.")
    windows: Count = Field(3, ge=1, le=1000, description="So many broken windows running are a breach.")
    min_samples: Count = Field(20, ge=1, le=1_000_000, description="A window with fewer requests says nothing.")
    grace: Duration | None = Field(None, description="Time after the warm-up in which nothing counts as a breach.")
    stop_on_breach: Flag | None = Field(None, description="Whether a breach ends the run; left out: as the suite says.")


class Health(SpecModel):
    """Up to where the load generator is trusted; beyond it the run is Invalid."""

    cpu: Annotated[Number, Field(gt=0, le=1)] = Field(0.9, description="Share of a core that a worker may take.")
    loop_lag: Duration = Field(Duration("100ms"), description="How long a worker may stand still.")
    slip: Duration = Field(Duration("100ms"), description="How late a request may be begun.")
    share: Share = Field(0.05, description="Share of the seconds that may lie beyond a limit.")


class Climb(SpecModel):
    """How the ceiling is looked for: from a first rate by doubling, then by halving what is left."""

    first: Rate = Field(FIRST, gt=0, description="Requests a second that are tried first.")
    step: Duration = Field(Duration("20s"), description="How long a rate must hold.")
    precision: Annotated[Number, Field(ge=0.01, le=1)] = Field(
        PRECISION, description="How near the two ends must come, as a share of the lower one."
    )


class Workload(SpecModel):
    """What a load is made of beside its profile, how it is judged, and up to where its generator is trusted."""

    stages: tuple[Stage, ...] = Field((), max_length=100, description="The load, stage by stage.")
    warm_up: Duration = Field(Duration("5s"), description="Load before the first stage that is judged by nobody.")
    arrivals: Spacing = Field(Spacing.UNIFORM, description="Evenly spaced, or by chance (a Poisson process).")
    devices: Count = Field(200, ge=1, le=100_000, description="Devices that send and are asked about.")
    batch_size: Count = Field(100, ge=1, le=10_000, description="Readings in a request of ingest-batch.")
    workers: Count = Field(1, ge=1, le=64, description="Processes that generate the load.")
    worker_resources: Resources = Field(
        default_factory=Resources,
        description="CPU and memory of each worker's pod in a cluster. Where left out: requests of 100m and 128Mi, "
        "limits of 2 and 512Mi; a worker is one process, and has no use for more CPU.",
    )
    max_in_flight: Count = Field(1000, ge=1, le=100_000, description="Requests under way at most; more are dropped.")
    request_timeout: Duration = Field(Duration("10s"), description="After which a request counts as failed.")
    connection_age: Duration = Field(Duration("30s"), description="After which a connection is made anew.")
    probes_per_second: Annotated[Number, Field(ge=0, le=100)] = Field(
        1, description="Readings that are followed until they can be read."
    )
    seed: Count = Field(1, ge=0, le=2**53, description="Everything by chance follows from it.")
    slo: Slo = Field(default_factory=Slo, description="What is promised.")
    health: Health = Field(default_factory=Health, description="Up to where the generator is trusted.")


def load_is_given_once(spec: "BenchmarkSpec") -> Finding | None:
    if (spec.suite is None) == (not spec.stages):
        found = "found neither suite nor stages" if spec.suite is None else "found suite and stages"
        return at("", f"{found}; one of them is needed")
    return None


def workload_is_given_once(spec: "BenchmarkSpec") -> Finding | None:
    if spec.weights is not None and spec.profile is not None:
        return at("weights", f"found beside profile {spec.profile}; one of them says which requests are made")
    return None


def bounded_endpoints_are_called(spec: "BenchmarkSpec") -> Finding | None:
    called = spec.called
    for number, bound in enumerate(spec.slo.bounds):
        if bound.endpoint is not None and bound.endpoint not in called:
            names = ", ".join(called)
            path = ("slo", "bounds", number, "endpoint")
            return Finding(path, f"found {bound.endpoint}, which is not called; called are: {names}")
    return None


def stage_names_differ(spec: Workload) -> Finding | None:
    names = [stage.name for stage in spec.stages if stage.name]
    twice = next((name for name in names if names.count(name) > 1), None)
    return None if twice is None else at("stages", f"found the name {twice} twice; results go by it")


def run_is_bounded(spec: Workload) -> Finding | None:
    seconds = sum(piece[0] for stage in spec.stages for piece in stage.pieces)
    return (
        None if seconds <= LONGEST else at("stages", f"found {seconds:.0f} s in all; at most {LONGEST} s are allowed")
    )


def duration_is_a_soaks(spec: "BenchmarkSpec") -> Finding | None:
    if spec.duration is None:
        return None
    if spec.suite is not Suite.SOAK:
        return at("duration", "only the suite soak may be made longer or shorter; stages have durations of their own")
    return (
        None if spec.duration.seconds <= LONGEST else at("duration", f"found {spec.duration}; at most 24h are allowed")
    )


def freshness_is_probed(spec: Workload) -> Finding | None:
    if spec.slo.freshness is None or spec.probes_per_second:
        return None
    return at("slo.freshness", f"found {spec.slo.freshness} and no probes to measure it by; probesPerSecond is 0")


def search_is_a_ceilings(spec: "BenchmarkSpec") -> Finding | None:
    if spec.search is None or spec.suite is Suite.CEILING:
        return None
    return at("search", "found beside another load than the suite ceiling, which alone looks for one")


class BenchmarkSpec(Workload):
    """One run. Immutable once it has begun."""

    platform: DnsLabel = Field(description="Name of the platform.")
    profile: Profile | None = Field(None, description="A named mixture of requests; left out: mixed.")
    weights: dict[Endpoint, Annotated[Number, Field(gt=0, le=1e6)]] | None = Field(
        None, min_length=1, max_length=len(Endpoint), description="A mixture of one's own: parts by endpoint."
    )
    suite: Suite | None = Field(None, description="A named load with its bounds.")
    duration: Duration | None = Field(None, description="How long the suite soak lasts; left out: 1h.")
    search: Climb | None = Field(
        None, description="How the suite ceiling looks for it; left out: from 100 a second, 20 s each, within 5 %."
    )
    deadline: Duration | None = Field(None, description="After which the run is Aborted, whatever is left of it.")
    existing_data: ExistingData = Field(
        ExistingData.REFUSE, description="Whether a platform that holds readings of others is loaded."
    )

    rules: ClassVar[tuple[Rule, ...]] = (
        Rule(load_is_given_once),
        Rule(workload_is_given_once),
        Rule(bounded_endpoints_are_called),
        Rule(stage_names_differ),
        Rule(run_is_bounded),
        Rule(duration_is_a_soaks),
        Rule(freshness_is_probed),
        Rule(search_is_a_ceilings),
    )

    @property
    def called(self) -> dict[Endpoint, float]:
        """The parts of each endpoint that is called."""
        return dict(self.weights or WEIGHTS[self.profile or Profile.MIXED])


class TelemetryBenchmark(SpecModel):
    """A manifest of kind TelemetryBenchmark."""

    api_version: Literal["telemetry.dev/v1alpha1"] = Field(description="Version of the kind.")
    kind: Literal["TelemetryBenchmark"] = Field(description="The kind.")
    metadata: Metadata = Field(description="Name and labels.")
    spec: BenchmarkSpec = Field(description="The run.")
    status: dict[str, Any] = Field(default_factory=dict, exclude=True, repr=False, description="The operator's own.")
