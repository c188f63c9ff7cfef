import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from telemetry_loadtest.comparison_plan import ComparisonPlan, Primary, PrimaryKind, Variant, cells_of
from telemetry_loadtest.comparison_planning import Extent, PlanError, outlook, plan_comparison
from telemetry_loadtest.comparison_results import remaining_cells
from telemetry_loadtest.results import Verdict
from tests.support.made_comparisons import CEILING, PROFILES, Made, made_plan, made_records, seven


def variant(name: str, *, repeats: str | None = None) -> Variant:
    return Variant(name, name, name, {"writes": "direct"}, repeats)


def planned(*variants: Variant, blocks: int = 8, profiles: tuple[str, ...] = ("mixed",)) -> ComparisonPlan:
    return plan_comparison("evening", variants, profiles, CEILING, Extent(blocks, 60.0))


@given(st.integers(0, 2**53))
def test_every_cell_runs_once_and_each_block_is_whole_before_the_next(seed: int) -> None:
    plan = made_plan(Made({"a": 1, "b": 1, "c": 1}, blocks=3, profiles=PROFILES, seed=seed))
    cells = cells_of(plan)
    assert len({cell.name for cell in cells}) == len(cells) == 27
    assert [cell.block for cell in cells] == sorted(cell.block for cell in cells)
    assert [cell.place for cell in cells] == list(range(1, 28))


def test_what_is_compared_stands_close_together() -> None:
    cells = cells_of(made_plan(Made({"a": 1, "b": 1, "c": 1}, blocks=4, profiles=PROFILES)))
    thirds = [cells[begin : begin + 3] for begin in range(0, len(cells), 3)]
    assert all(len({cell.profile for cell in third}) == 1 for third in thirds)


def test_no_variant_is_always_first() -> None:
    cells = cells_of(made_plan(Made({"a": 1, "b": 1, "c": 1}, blocks=20)))
    assert {cell.variant for cell in cells[::3]} == {"a", "b", "c"}


def test_the_order_follows_from_the_seed_and_is_the_same_on_any_machine() -> None:
    plan = made_plan(Made({"a": 1, "b": 1}, blocks=4))
    assert [cell.variant for cell in cells_of(plan)] == ["b", "a", "a", "b", "a", "b", "a", "b"]
    other = cells_of(msgspec.structs.replace(plan, seed=2))
    assert [cell.variant for cell in other] != [cell.variant for cell in cells_of(plan)]


def test_the_cells_of_a_block_have_the_same_arrivals_and_those_of_another_do_not() -> None:
    cells = cells_of(made_plan(Made({"a": 1, "b": 1}, blocks=5)))
    seeds = [{cell.seed for cell in cells if cell.block == block} for block in range(1, 6)]
    assert [len(found) for found in seeds] == [1] * 5
    assert len(set.union(*seeds)) == 5


def test_a_comparison_goes_on_where_it_was_interrupted() -> None:
    made = Made({"a": 1, "b": 1}, blocks=2)
    records = made_records(made)
    aborted = msgspec.structs.replace(records[1], verdict=Verdict.ABORTED, value=None)
    assert remaining_cells(made_plan(made), [records[0], aborted]) == cells_of(made_plan(made))[1:]


def test_a_failed_cell_is_not_run_again() -> None:
    made = Made({"a": 1, "b": 1}, blocks=2)
    failed = [msgspec.structs.replace(one, verdict=Verdict.ERROR, value=None) for one in made_records(made)]
    assert remaining_cells(made_plan(made), failed) == []


@pytest.mark.parametrize(
    ("primary", "of_acknowledgement"),
    [
        (Primary(PrimaryKind.CEILING, ""), True),
        (Primary(PrimaryKind.CEILING, "", freshness_bounded=True), False),
        (Primary(PrimaryKind.FRESHNESS, ""), False),
        (Primary(PrimaryKind.P95, "", "ingest"), True),
        (Primary(PrimaryKind.P95, "", "latest"), False),
        (Primary(PrimaryKind.P99, ""), True),
    ],
)
def test_what_counts_until_an_acknowledgement_is_told_by_the_metric_itself(
    primary: Primary, of_acknowledgement: bool
) -> None:
    assert primary.metric.of_acknowledgement is of_acknowledgement


@pytest.mark.parametrize(
    ("variants", "words"),
    [
        ((variant("a"),), "takes 2 or more"),
        ((variant("a"), variant("a")), "stands there twice"),
        ((variant("a"), variant("b", repeats="a")), "1 variants are there to be ranked"),
        ((variant("a"), variant("b"), variant("c", repeats="x")), "c repeats a variant that is not among"),
    ],
)
def test_a_comparison_that_ends_in_no_answer_is_refused(variants: tuple[Variant, ...], words: str) -> None:
    with pytest.raises(PlanError, match=words):
        planned(*variants)


def test_a_comparison_without_a_profile_or_a_block_is_refused() -> None:
    with pytest.raises(PlanError, match="0 profiles"):
        planned(variant("a"), variant("b"), profiles=())
    with pytest.raises(PlanError, match="0 blocks"):
        planned(variant("a"), variant("b"), blocks=0)


def test_the_plan_says_beforehand_how_many_blocks_a_win_needs_and_how_long_it_takes() -> None:
    plan = planned(variant("a"), variant("b"), blocks=5)
    assert (plan.blocks_needed, plan.expected_seconds) == (6, 600)
    assert "A win needs 6 blocks, and there are 5" in " ".join(outlook(plan))


def test_the_outlook_says_how_likely_a_win_is() -> None:
    assert "in 97.3 % of comparisons" in " ".join(outlook(planned(variant("a"), variant("b"))))


def test_the_seven_presets_have_two_pairs_that_are_one_on_one_machine() -> None:
    assert sum(one.repeats is not None for one in made_plan(seven()).variants) == 2
