"""What a comparison says that it will run."""

import pytest

from telemetry_loadtest.comparison_plan import cells_of
from telemetry_loadtest.comparison_planning import PlanError
from telemetry_operator.comparisons.planning import CLUSTER, MACHINE, plan_of
from telemetry_operator.specs.comparison import ArchitectureComparison
from telemetry_operator.specs.manifest import read_only
from tests.support.manifests import EXAMPLES
from tests.unit.specs.test_comparison import EVEN, P95, TWO, parse


def repeats(comparison: ArchitectureComparison) -> dict[str, str | None]:
    return {variant.name: variant.repeats for variant in plan_of(comparison, MACHINE).variants}


def test_the_seven_presets_are_five_on_one_machine() -> None:
    example = read_only(ArchitectureComparison, EXAMPLES / "comparison.yaml")
    same = {name: first for name, first in repeats(example).items() if first}
    assert same == {"scale": "baseline", "stream-redis": "kafka"}


def test_in_a_cluster_an_autoscaler_makes_a_difference() -> None:
    example = read_only(ArchitectureComparison, EXAMPLES / "comparison.yaml")
    assert not any(variant.repeats for variant in plan_of(example, CLUSTER).variants)


@pytest.mark.parametrize("own", ["platform: {producer: {replicas: 2}}", "platform: {retention: 7d}", "store: memory"])
def test_a_variant_that_differs_in_anything_else_is_not_the_same(own: str) -> None:
    spec = f"variants: [{{architecture: stream-postgres}}, {{name: b, architecture: stream-postgres, {own}}}]"
    assert repeats(parse(spec))["b"] is None


def test_variants_that_are_all_the_same_here_are_refused() -> None:
    with pytest.raises(PlanError, match="1 variants are there to be ranked"):
        plan_of(parse("variants: [{architecture: baseline}, {architecture: scale}]"), MACHINE)


def test_the_noise_floor_runs_the_first_variant_again() -> None:
    assert repeats(parse(f"{TWO}, noiseFloor: true"))["baseline-again"] == "baseline"


def test_the_noise_floor_runs_nothing_more_where_a_variant_shows_it_anyway() -> None:
    spec = "variants: [{architecture: baseline}, {architecture: scale}, {architecture: redis}], noiseFloor: true"
    assert set(repeats(parse(spec))) == {"baseline", "scale", "redis"}


def test_every_cell_stands_once_in_every_block() -> None:
    plan = plan_of(parse(f"{TWO}, blocks: 3"), MACHINE)
    cells = [(cell.variant, cell.profile, cell.block) for cell in cells_of(plan)]
    assert len(cells) == len(set(cells)) == 2 * 3 * 3
    assert [block for _, _, block in cells] == sorted(block for _, _, block in cells)


def test_time_is_told_with_load_warm_up_start_and_end() -> None:
    plan = plan_of(parse(f"{TWO}, {P95}, warmUp: 5s, profiles: [mixed], blocks: 2"), MACHINE)
    assert plan.expected_seconds == 4 * (10 + 5 + MACHINE.around_cell + MACHINE.around_run)


@pytest.mark.parametrize(
    ("spec", "told"),
    [
        (P95, "at 50 requests a second"),
        ("metric: {name: p95}, stages: [{duration: 9s, ramp: {from: 10, to: 90}}]", "at 10 to 90 requests a second"),
        ("search: {step: 5s, precision: 0.1}", "within 10%, each rate held for 5s"),
    ],
)
def test_the_load_is_told_in_words(spec: str, told: str) -> None:
    assert plan_of(parse(f"{TWO}, {spec}"), MACHINE).primary.load == told


def test_a_ceiling_ranks_stored_with_queued_only_where_freshness_is_bounded() -> None:
    bounded = plan_of(parse(f"{TWO}, slo: {{freshness: 2s}}"), MACHINE)
    assert not bounded.primary.metric.of_acknowledgement
    assert plan_of(parse(TWO), MACHINE).primary.metric.of_acknowledgement


def test_a_reads_latency_counts_no_acknowledgement() -> None:
    plan = plan_of(parse(f"{TWO}, metric: {{name: p95, endpoint: latest}}, {EVEN}"), MACHINE)
    assert not plan.primary.metric.of_acknowledgement
