"""What a cell runs."""

import pytest

from telemetry_loadtest.comparison_plan import PlannedCell, cells_of
from telemetry_loadtest.profiles import Profile
from telemetry_loadtest.suites import Suite
from telemetry_operator.comparisons.cells import benchmark_of_cell, platform_of_cell
from telemetry_operator.comparisons.planning import MACHINE, plan_of
from telemetry_operator.specs.benchmark import BenchmarkSpec
from tests.unit.specs.test_comparison import P95, TWO, parse

CELL = PlannedCell("redis", "write-heavy", 2, 7, 99)


def run_of(spec: str, cell: PlannedCell = CELL) -> BenchmarkSpec:
    return benchmark_of_cell(parse(f"{TWO}, {spec}"), cell, "p").spec


def test_a_run_has_the_load_of_the_comparison_and_the_seed_of_its_block() -> None:
    run = run_of(f"{P95}, devices: 7, warmUp: 2s, seed: 3, runDeadline: 9m")
    assert (run.platform, run.profile, run.devices, run.warm_up, run.seed) == ("p", Profile.WRITE_HEAVY, 7, "2s", 99)
    assert [stage.rate for stage in run.stages] == [50]
    assert run.deadline == "9m"
    assert run.suite is None


def test_a_ceiling_is_the_suite_that_looks_for_it() -> None:
    assert run_of("blocks: 6").suite is Suite.CEILING


def test_bounds_of_endpoints_that_the_profile_does_not_call_are_left_out() -> None:
    bounds = "slo: {bounds: [{p95: 1s}, {endpoint: history, p95: 2s}, {endpoint: ingest, p95: 3s}]}"
    assert [bound.p95 for bound in run_of(bounds).slo.bounds] == ["1s", "3s"]


@pytest.mark.parametrize(
    ("variant", "reads"), [("baseline", "direct"), ("redis", "redis"), ("baseline-again", "direct")]
)
def test_a_platform_is_its_variants_or_that_of_the_one_it_repeats(variant: str, reads: str) -> None:
    comparison = parse(f"{TWO}, noiseFloor: true, platform: {{retention: 7d}}")
    cell = PlannedCell(variant, "mixed", 1, 1, 1)
    platform = platform_of_cell(comparison, plan_of(comparison, MACHINE), cell, "own")
    assert platform.metadata.name == "own"
    assert platform.spec.choices.reads == reads
    assert platform.spec.retention == "7d"


def test_every_cell_of_the_longest_names_can_be_run() -> None:
    comparison = parse(f"variants: [{{name: {'v' * 40}}}, {{architecture: redis}}], noiseFloor: true, blocks: 100")
    for cell in cells_of(plan_of(comparison, MACHINE)):
        assert benchmark_of_cell(comparison, cell, "p").metadata.name == cell.name
