"""The ArchitectureComparison kind: variants of a platform, the load that each is put under, and what decides.

A variant is four choices and whatever else of a platform is to differ. Those parts of a platform stand here as open
blocks: put together (`ComparisonSpec.platform_of`) they are checked as a whole platform, which says more than a check
of each part could, and costs the API server nothing.
"""

from collections.abc import Iterator
from typing import Annotated, Any, ClassVar, Final, Literal

from pydantic import Field, ValidationError

from telemetry_contract.architecture import Reads, Scaling, Store, Writes
from telemetry_loadtest.comparison_plan import PrimaryKind
from telemetry_loadtest.profiles import WEIGHTS, Endpoint, Profile
from telemetry_operator.specs.base import Count, Flag, SpecModel
from telemetry_operator.specs.benchmark import (
    Climb,
    Workload,
    freshness_is_probed,
    run_is_bounded,
    stage_names_differ,
)
from telemetry_operator.specs.diagnosis import findings_of
from telemetry_operator.specs.duration import Duration
from telemetry_operator.specs.findings import Finding, Rule, at
from telemetry_operator.specs.layout import most_pods
from telemetry_operator.specs.names import LabelPart
from telemetry_operator.specs.platform import API_VERSION, KIND, Metadata, TelemetryPlatform
from telemetry_operator.specs.quantity import Quantity
from telemetry_operator.specs.spec import Preset

SERVERS: Final = ("postgres", "redis", "kafka")
CHOICES: Final = ("architecture", "writes", "store", "reads", "scaling")
MOST_VARIANTS: Final = 20
LEAST_CPU: Final = Quantity("50m")
LEAST_MEMORY: Final = Quantity("64Mi")

_OPEN: Final[dict[str, Any]] = {"x-kubernetes-preserve-unknown-fields": True}
PlatformPart = Annotated[dict[str, Any], Field(json_schema_extra=_OPEN)]


class Metric(SpecModel):
    """What decides, declared before anything is measured."""

    name: PrimaryKind = Field(
        PrimaryKind.CEILING,
        description="The highest rate that holds the SLO; or, at the rates of the stages, a percentile of the latency, "
        "or the 99th of the time until an accepted reading can be read.",
    )
    endpoint: Endpoint | None = Field(
        None, description="Whose latency; left out: that of all requests together. Only with p50, p95 and p99."
    )


class Budget(SpecModel):
    """An amount of CPU and memory for all pods of a platform."""

    cpu: Quantity = Field(description="CPUs, for example 8.")
    memory: Quantity = Field(description="Memory, for example 6Gi.")


class Variant(SpecModel):
    """One of the platforms that are compared."""

    name: LabelPart | None = Field(None, description="Name in tables; left out: the preset's.")
    architecture: Preset = Field(Preset("baseline"), description="Preset of the four choices below.")
    writes: Writes | None = Field(
        None, description="Who commits a reading: the producer, or the consumer behind Kafka."
    )
    store: Store | None = Field(None, description="Where history lives.")
    reads: Reads | None = Field(None, description="Whether analytics asks the store at once, or Redis first.")
    scaling: Scaling | None = Field(None, description="Whether replicas are fixed or an autoscaler's.")
    platform: PlatformPart = Field(
        default_factory=dict,
        description="More of a platform's spec, of this variant alone; it wins over what all variants have.",
    )

    @property
    def title(self) -> str:
        return self.name or self.architecture.value

    @property
    def choices(self) -> dict[str, str]:
        """The choices that are given, as a platform's spec has them."""
        given = ((name, getattr(self, name)) for name in CHOICES)
        return {name: value.value for name, value in given if value is not None}


def variant_names_differ(spec: "ComparisonSpec") -> Finding | None:
    names = [variant.title for variant in spec.variants]
    twice = next((name for name in names if names.count(name) > 1), None)
    return None if twice is None else at("variants", f"found {twice} twice; tables go by the variants' names")


def profiles_differ(spec: "ComparisonSpec") -> Finding | None:
    twice = next((name for name in spec.profiles if spec.profiles.count(name) > 1), None)
    return None if twice is None else at("profiles", f"found {twice} twice; give each once")


def stages_fit_the_metric(spec: "ComparisonSpec") -> Finding | None:
    """A ceiling is looked for at rates of its own; every other number is of stated ones."""
    searched = spec.metric.name is PrimaryKind.CEILING
    if searched and spec.stages:
        return at("stages", "found beside metric ceiling, which chooses its rates itself (search); leave them out")
    if not searched and not spec.stages:
        return at("stages", f"required, and missing: metric {spec.metric.name} is measured at rates that are stated")
    return None


def search_fits_the_metric(spec: "ComparisonSpec") -> Finding | None:
    if spec.search is None or spec.metric.name is PrimaryKind.CEILING:
        return None
    return at("search", f"found beside metric {spec.metric.name}; only a ceiling is looked for")


def metric_endpoint_is_called(spec: "ComparisonSpec") -> Finding | None:
    endpoint, name = spec.metric.endpoint, spec.metric.name
    if endpoint is None:
        return None
    if name in {PrimaryKind.CEILING, PrimaryKind.FRESHNESS}:
        return at("metric.endpoint", f"found {endpoint}; {name} is of all endpoints together")
    silent = next((one for one in spec.profiles if endpoint not in WEIGHTS[one]), None)
    return None if silent is None else at("metric.endpoint", f"found {endpoint}, which profile {silent} does not call")


def freshness_has_probes(spec: "ComparisonSpec") -> Finding | None:
    if spec.metric.name is not PrimaryKind.FRESHNESS or spec.probes_per_second:
        return None
    return at("probesPerSecond", "found 0, and the metric freshness is measured by probes")


def bounds_are_of_called_endpoints(spec: "ComparisonSpec") -> Finding | None:
    called = {endpoint for profile in spec.profiles for endpoint in WEIGHTS[profile]}
    for number, bound in enumerate(spec.slo.bounds):
        if bound.endpoint is not None and bound.endpoint not in called:
            path = ("slo", "bounds", number, "endpoint")
            return Finding(path, f"found {bound.endpoint}, which no profile calls; called are: {', '.join(called)}")
    return None


def data_is_fresh(spec: "ComparisonSpec") -> Finding | None:
    """Servers of somebody else keep what one cell wrote for the next."""
    for number, variant in enumerate(spec.variants):
        for server in SERVERS:
            block = spec.platform_of(variant).get(server)
            if isinstance(block, dict) and block.get("provider", "builtin") != "builtin":
                path = ("variants", number, "platform", server, "provider")
                return Finding(path, f"found {block['provider']}; each run begins with fresh data: builtin is needed")
    return None


def platforms_are_not_paused(spec: "ComparisonSpec") -> Finding | None:
    paused = (one for one, variant in enumerate(spec.variants) if spec.platform_of(variant).get("paused") is True)
    number = next(paused, None)
    if number is None:
        return None
    return Finding(("variants", number, "platform", "paused"), "found true; a paused platform never comes up")


def limits_are_enough(spec: "ComparisonSpec") -> Finding | None:
    """The more pods a variant has, the less is each one's share."""
    if spec.limits is None or any(spec.platform_faults()):
        return None
    for variant in spec.variants:
        pods = sum(most_pods(platform_named(variant.title, spec.platform_of(variant)).spec).values())
        for kind, least in (("cpu", LEAST_CPU), ("memory", LEAST_MEMORY)):
            found = getattr(spec.limits, kind)
            if found.value < pods * least.value:
                why = f"found {found} for the {pods} pods that {variant.title} may have; {least} for each are needed"
                return at(f"limits.{kind}", why)
    return None


def platforms_are_whole(spec: "ComparisonSpec") -> Finding | None:
    """Each variant, put together with what all have, is a platform."""
    return next(spec.platform_faults(), None)


class ComparisonSpec(Workload):
    """Variants × profiles × blocks. Immutable once it has begun."""

    variants: tuple[Variant, ...] = Field(min_length=2, max_length=MOST_VARIANTS, description="What is compared.")
    platform: PlatformPart = Field(default_factory=dict, description="What all variants have of a platform's spec.")
    profiles: tuple[Profile, ...] = Field(
        (Profile.READ_HEAVY, Profile.WRITE_HEAVY, Profile.MIXED),
        min_length=1,
        max_length=len(Profile),
        description="Mixtures of requests, each compared by itself; left out: read-heavy, write-heavy and mixed.",
    )
    blocks: Count = Field(
        6, ge=1, le=100, description="Repetitions, each of every variant under every profile; a win needs 6."
    )
    metric: Metric = Field(default_factory=Metric, description="What decides.")
    search: Climb | None = Field(None, description="How a ceiling is looked for; left out: as the suite ceiling does.")
    noise_floor: Flag = Field(
        default=False,
        description="Whether the first variant runs twice in each block: what differs between the two is noise.",
    )
    limits: Budget | None = Field(
        None,
        description="What the pods of each variant may use together, servers included, at as many replicas as it may "
        "have: in a cluster shared out among them, in the ratio of what each may use otherwise, and held by a "
        "ResourceQuota. Left out: their platforms' own limits.",
    )
    run_deadline: Duration | None = Field(None, description="After which a run is Aborted, and has no number.")
    deadline: Duration | None = Field(
        None, description="After which no further run is begun, and the comparison is Aborted."
    )

    rules: ClassVar[tuple[Rule, ...]] = (
        Rule(variant_names_differ),
        Rule(profiles_differ),
        Rule(stages_fit_the_metric),
        Rule(search_fits_the_metric),
        Rule(metric_endpoint_is_called),
        Rule(freshness_has_probes),
        Rule(bounds_are_of_called_endpoints),
        Rule(stage_names_differ),
        Rule(run_is_bounded),
        Rule(freshness_is_probed),
        Rule(data_is_fresh),
        Rule(platforms_are_not_paused),
        Rule(platforms_are_whole),
        Rule(limits_are_enough),
    )

    def platform_of(self, variant: Variant) -> dict[str, Any]:
        """The whole spec of a variant's platform, as a manifest has it; blocks are put together name by name."""
        return merged(merged(self.platform, variant.platform), variant.choices)

    def platform_faults(self) -> Iterator[Finding]:
        """What keeps the variants from being platforms, each at the variant that brings it in."""
        for number, variant in enumerate(self.variants):
            try:
                platform_named(variant.title, self.platform_of(variant))
            except ValidationError as error:
                for found in findings_of(error, TelemetryPlatform):
                    where = ".".join(str(part) for part in found.path[1:])
                    yield Finding(("variants", number, "platform"), f"{where}: {found.message}".removeprefix(": "))


def merged(common: dict[str, Any], own: dict[str, Any]) -> dict[str, Any]:
    """The first block with the second laid over it; what stands in both as a block is merged in turn."""
    both = {
        name: merged(common[name], value)
        for name, value in own.items()
        if isinstance(value, dict) and isinstance(common.get(name), dict)
    }
    return common | own | both


def platform_named(name: str, spec: dict[str, Any]) -> TelemetryPlatform:
    """A platform of this name and spec.

    Raises:
        ValidationError: it is none.
    """
    header = {"apiVersion": API_VERSION, "kind": KIND, "metadata": {"name": name}}
    return TelemetryPlatform.model_validate(header | {"spec": spec})


class ArchitectureComparison(SpecModel):
    """A manifest of kind ArchitectureComparison."""

    api_version: Literal["telemetry.dev/v1alpha1"] = Field(description="Version of the kind.")
    kind: Literal["ArchitectureComparison"] = Field(description="The kind.")
    metadata: Metadata = Field(description="Name and labels.")
    spec: ComparisonSpec = Field(description="The comparison.")
    status: dict[str, Any] = Field(default_factory=dict, exclude=True, repr=False, description="The operator's own.")
