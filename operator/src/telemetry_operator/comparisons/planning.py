"""An ArchitectureComparison becomes the plan that says beforehand what will be run, and for how long."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import msgspec

from telemetry_loadtest.comparison_plan import ComparisonPlan, Primary, PrimaryKind, Variant
from telemetry_loadtest.comparison_planning import Extent, plan_comparison
from telemetry_operator.specs.benchmark import Climb
from telemetry_operator.specs.comparison import ArchitectureComparison, ComparisonSpec, platform_named
from telemetry_operator.specs.comparison import Variant as GivenVariant
from telemetry_operator.specs.layout import components_of, replica_bounds
from telemetry_operator.specs.spec import PlatformSpec

AGAIN: Final = "-again"
RATES_TRIED: Final = 9  # by a search that begins at 100 requests a second and ends within 5 %, as seen


@dataclass(frozen=True, slots=True)
class Place:
    """Where cells run: whether autoscalers add capacity; seconds that a cell and a run of it take beside their load.

    `around_rate` is that of each rate of a search: a run of its own, or a trial within one.
    """

    autoscales: bool
    around_cell: float
    around_run: float
    around_rate: float


MACHINE: Final = Place(autoscales=False, around_cell=20.0, around_run=5.0, around_rate=5.0)
CLUSTER: Final = Place(autoscales=True, around_cell=150.0, around_run=15.0, around_rate=3.0)


def plan_of(comparison: ArchitectureComparison, place: Place) -> ComparisonPlan:
    """The plan of a comparison at a place.

    Raises:
        PlanError: fewer than two of its variants differ there.
    """
    spec = comparison.spec
    profiles = [profile.value for profile in spec.profiles]
    extent = Extent(spec.blocks, _cell_seconds(spec, place), spec.seed)
    return plan_comparison(comparison.metadata.name, _variants(spec, place), profiles, _primary(spec), extent)


def _primary(spec: ComparisonSpec) -> Primary:
    return Primary(
        kind=spec.metric.name,
        load=_load_in_words(spec),
        endpoint=spec.metric.endpoint.value if spec.metric.endpoint else None,
        freshness_bounded=spec.slo.freshness is not None,
    )


def _load_in_words(spec: ComparisonSpec) -> str:
    if spec.metric.name is PrimaryKind.CEILING:
        climb = spec.search or Climb()
        return f"within {climb.precision:.0%}, each rate held for {climb.step}"
    rates = [rate for stage in spec.stages for _, begin, end in stage.pieces for rate in (begin, end)]
    low, high = min(rates), max(rates)
    return f"at {high:g} requests a second" if low == high else f"at {low:g} to {high:g} requests a second"


def _cell_seconds(spec: ComparisonSpec, place: Place) -> float:
    if spec.metric.name is PrimaryKind.CEILING:
        step = (spec.search or Climb()).step.seconds
        return place.around_cell + RATES_TRIED * (spec.warm_up.seconds + step + place.around_rate)
    load = sum(seconds for stage in spec.stages for seconds, _, _ in stage.pieces)
    return place.around_cell + place.around_run + spec.warm_up.seconds + load


def _variants(spec: ComparisonSpec, place: Place) -> list[Variant]:
    planned: list[Variant] = []
    alike: dict[str, str] = {}
    for given in spec.variants:
        platform = platform_named(given.title, spec.platform_of(given)).spec
        meaning = "" if place.autoscales else repr(_running(platform))
        repeats = alike.get(meaning) if meaning else None
        alike.setdefault(meaning, given.title)
        planned.append(_variant(given, platform, repeats))
    return [*planned, *_again(spec, planned)]


def _variant(given: GivenVariant, platform: PlatformSpec, repeats: str | None) -> Variant:
    choices = {name: str(value) for name, value in msgspec.to_builtins(platform.choices).items()}
    label = given.title if repeats is None else f"{given.title} (here the same as {repeats})"
    return Variant(given.title, label, platform.architecture.value, choices, repeats)


def _again(spec: ComparisonSpec, planned: list[Variant]) -> Iterator[Variant]:
    """The first variant once more, where the noise floor is asked for and no other variant shows it."""
    if spec.noise_floor and not any(variant.repeats for variant in planned):
        first = planned[0]
        yield msgspec.structs.replace(
            first, name=f"{first.name}{AGAIN}", label=f"{first.label} (again)", repeats=first.name
        )


def _running(platform: PlatformSpec) -> object:
    """What a machine without an autoscaler makes of a platform: two that are alike in it are the same there."""
    choices = msgspec.to_builtins(platform.choices) | {"scaling": None}
    replicas = {str(one): replica_bounds(platform, one).least for one in components_of(platform)}
    rest = platform.model_dump(mode="json", exclude={"architecture", *choices, "producer", "consumer", "analytics"})
    parts = {
        name: getattr(platform, name).model_dump(mode="json", exclude={"autoscaling", "replicas"})
        for name in ("producer", "consumer", "analytics")
    }
    return choices, replicas, rest, parts
