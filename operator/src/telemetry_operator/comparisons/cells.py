"""What one cell runs: its platform, and the benchmark that it is put under."""

from typing import Any

from telemetry_loadtest.comparison_plan import ComparisonPlan, PlannedCell, PrimaryKind
from telemetry_loadtest.profiles import WEIGHTS, Profile
from telemetry_loadtest.suites import Suite
from telemetry_operator.specs.benchmark import Slo, TelemetryBenchmark, Workload
from telemetry_operator.specs.comparison import ArchitectureComparison, platform_named
from telemetry_operator.specs.platform import API_VERSION, TelemetryPlatform


def platform_of_cell(
    comparison: ArchitectureComparison, plan: ComparisonPlan, cell: PlannedCell, name: str
) -> TelemetryPlatform:
    """The platform of a cell's variant, under a name of its own."""
    return platform_named(name, spec_of_cell(comparison, plan, cell))


def spec_of_cell(comparison: ArchitectureComparison, plan: ComparisonPlan, cell: PlannedCell) -> dict[str, Any]:
    """What the platform of a cell's variant is to be, as a manifest has it."""
    planned = plan.variant(cell.variant)
    titles = {variant.title: variant for variant in comparison.spec.variants}
    given = titles.get(planned.name) or titles[planned.repeats or ""]
    return comparison.spec.platform_of(given)


def benchmark_of_cell(comparison: ArchitectureComparison, cell: PlannedCell, platform: str) -> TelemetryBenchmark:
    """The run of a cell against the platform of this name; its arrivals are those of all cells of its block."""
    spec, profile = comparison.spec, Profile(cell.profile)
    load: dict[str, Any] = {field.alias or name: getattr(spec, name) for name, field in Workload.model_fields.items()}
    searched = spec.metric.name is PrimaryKind.CEILING
    own: dict[str, Any] = {
        "platform": platform,
        "profile": profile,
        "suite": Suite.CEILING if searched else None,
        "search": spec.search if searched else None,
        "deadline": spec.run_deadline,
        "seed": cell.seed,
        "slo": _slo(spec.slo, profile),
    }
    return TelemetryBenchmark.model_validate({
        "apiVersion": API_VERSION,
        "kind": TelemetryBenchmark.__name__,
        "metadata": {"name": cell.name},
        "spec": load | own,
    })  # fmt: skip


def _slo(slo: Slo, profile: Profile) -> Slo:
    """What is promised of the endpoints that this profile calls."""
    bounds = tuple(bound for bound in slo.bounds if bound.endpoint is None or bound.endpoint in WEIGHTS[profile])
    return slo.model_copy(update={"bounds": bounds})
