"""The judge as a whole, by cases and by simulation with a fixed seed."""

import math

import msgspec
import numpy as np
import pytest

from telemetry_loadtest.comparison import Cell, Judgement, judge
from telemetry_loadtest.comparison_judging import assess
from telemetry_loadtest.comparison_results import (
    Comparison,
    NotAComparisonError,
    Outcome,
    decode_comparison,
    encode_comparison,
)
from telemetry_loadtest.results import Verdict
from tests.support.made_comparisons import (
    CEILING,
    P95_OF_WRITES,
    Made,
    made_comparison,
    made_plan,
    made_provenance,
    made_records,
    seven,
)

TRIALS = 2_000
ALPHA = 0.05
NOISE_OF_ALPHA = 3 * math.sqrt(ALPHA * (1 - ALPHA) / TRIALS)  # three standard errors of a share of 5 %: 1.5 points


@pytest.fixture(scope="module")
def whole() -> Comparison:
    return made_comparison(seven(), failing={"b03-mixed-kafka": "the generator was late"})


def simulated(better: float, variants: int, blocks: int, seed: int) -> list[Judgement]:
    """Judge 2,000 comparisons, a profile each: the first variant is better by so much, the others are equal."""
    draw = np.random.default_rng(seed)
    logs = draw.normal(0, 0.3, (TRIALS, blocks, 1)) + draw.normal(0, 0.04, (TRIALS, blocks, variants))
    logs[..., 0] += math.log1p(better)
    cells = (
        Cell(f"v{variant}", str(trial), block, value, "stored")
        for trial, comparison in enumerate(np.exp(logs).tolist())
        for block, values in enumerate(comparison)
        for variant, value in enumerate(values)
    )
    return judge(cells, CEILING.metric, ends=False)


@pytest.mark.parametrize("variants", [2, 4])
def test_of_equal_variants_a_difference_is_shown_in_5_of_100_comparisons_and_a_winner_no_oftener(variants: int) -> None:
    """Of 2,000 comparisons of eight blocks. A winner must beat every other."""
    judged = simulated(0.0, variants, 8, seed=21)
    shown = np.mean([any(effect.p <= ALPHA for effect in one.effects.values()) for one in judged])
    assert shown == pytest.approx(ALPHA, abs=NOISE_OF_ALPHA)
    assert np.mean([one.groups[0].winner is not None for one in judged]) <= shown


@pytest.mark.parametrize(("variants", "power"), [(2, 0.97), (4, 0.63)])
def test_a_true_tenth_is_found_in_eight_blocks_with_the_stated_power_and_never_awarded_to_another(
    variants: int, power: float
) -> None:
    """Noise of a cell 4 %: of two variants in 97 of 100 comparisons; of four, where all three must be beaten, in 63."""
    winners = [one.groups[0].winner for one in simulated(0.1, variants, 8, seed=22)]
    assert np.mean([winner == "v0" for winner in winners]) == pytest.approx(power, abs=0.025)
    assert set(winners) == {None, "v0"}


def test_the_assessment_says_what_the_judge_does() -> None:
    for seed in range(5):
        made = Made({"a": 1.06, "b": 1.0, "c": 1.0}, noise=0.04, seed=seed)
        cells = [Cell(one.variant, one.profile, one.block, one.value, "stored") for one in made_records(made)]
        [judged] = judge(cells, CEILING.metric, ends=False)
        [assessed] = made_comparison(made).judgements
        assert (assessed.groups[0].outcome, assessed.groups[0].winner) == (
            judged.groups[0].outcome,
            judged.groups[0].winner,
        )


def test_a_repeat_is_ranked_by_nobody_and_shows_the_noise_floor(whole: Comparison) -> None:
    ranked = {one.variant for found in whole.judgements for group in found.groups for one in group.standings}
    assert ranked == {"baseline", "redis", "kafka", "stream-memory", "stream-postgres"}
    assert {(one.variant, one.repeat) for one in whole.noise} == {("baseline", "scale"), ("kafka", "stream-redis")}
    assert all(one.sound and one.cell == pytest.approx(0.02, abs=0.015) for one in whole.noise)


def test_a_block_with_a_failed_cell_counts_for_nobody_in_its_profile(whole: Comparison) -> None:
    assert {one.profile: one.blocks for one in whole.judgements} == {"read-heavy": 8, "write-heavy": 8, "mixed": 7}


def test_every_standing_lies_in_its_own_interval_the_best_first(whole: Comparison) -> None:
    for found in whole.judgements:
        [group] = found.groups
        centers = [one.center for one in group.standings]
        assert centers == sorted(centers, reverse=True)
        assert all(one.low and one.high and one.low < one.center < one.high for one in group.standings)


def test_a_win_no_greater_than_the_noise_floor_is_taken_back() -> None:
    made = Made({"a": 104.0, "b": 100.0, "again": 100.0}, repeats={"again": "b"}, noise=0.003)
    assert made_comparison(made).judgements[0].groups[0].winner == "a"
    wild = [
        msgspec.structs.replace(one, value=one.value * (1.12 if one.block % 2 else 0.9))
        if one.variant == "again" and one.value else one
        for one in made_records(made)
    ]  # fmt: skip
    [group] = assess(made_plan(made), wild, made_provenance()).judgements[0].groups
    assert (group.outcome, group.winner) == (Outcome.NO_DIFFERENCE, None)
    assert "no greater than what b shows against itself" in group.doubt


def test_a_repeat_that_mostly_failed_costs_another_none_of_its_blocks() -> None:
    made = Made({"a": 1.0, "b": 1.0, "a2": 1.0, "b2": 1.0}, repeats={"a2": "a", "b2": "b"})
    found = made_comparison(made, failing={f"b{block:02}-mixed-b2": "late" for block in range(1, 7)})
    assert [(one.repeat, one.blocks) for one in found.noise] == [("a2", 8)]


def test_where_the_same_thing_differs_from_itself_no_win_is_believed() -> None:
    made = Made({"a": 150.0, "b": 100.0, "again": 120.0}, repeats={"again": "b"})
    found = made_comparison(made)
    assert found.noise[0].sound is False
    assert found.judgements[0].groups[0].winner is None
    assert "again, which is b, differed from it by" in found.judgements[0].groups[0].doubt


def test_with_too_few_blocks_it_is_not_known_whether_the_noise_is_sound() -> None:
    found = made_comparison(Made({"a": 150.0, "b": 100.0, "again": 101.0}, repeats={"again": "b"}, blocks=4))
    assert [one.sound for one in found.noise] == [None]
    assert found.judgements[0].groups[0].outcome is Outcome.INSUFFICIENT
    assert found.judgements[0].groups[0].standings[0].low is None


def test_stored_and_queued_are_two_groups_where_acknowledgements_count() -> None:
    made = Made({"a": 20.0, "b": 14.0, "k": 3.0}, primary=P95_OF_WRITES, queued=("k",))
    [found] = made_comparison(made).judgements
    assert [(one.acknowledged_as, one.winner) for one in found.groups] == [("stored", "b"), ("queued", None)]
    assert {(one.first, one.second) for one in found.effects} == {("a", "b")}


def test_a_comparison_that_ended_in_its_first_block_is_insufficient_data_everywhere() -> None:
    made = Made({"a": 2.0, "b": 1.0}, profiles=("mixed", "read-heavy"))
    found = assess(made_plan(made), made_records(made)[:3], made_provenance())
    assert [group.outcome for one in found.judgements for group in one.groups] == [Outcome.INSUFFICIENT] * len(
        [group for one in found.judgements for group in one.groups]
    )
    assert len(found.judgements) == 2


def test_of_a_cell_that_was_run_again_the_last_record_counts() -> None:
    made = Made({"a": 2.0, "b": 1.0})
    records = made_records(made)
    first = msgspec.structs.replace(records[0], verdict=Verdict.ABORTED, value=None)
    assert assess(made_plan(made), [first, *records], made_provenance()).records == records


def test_a_comparison_is_read_as_it_was_written(whole: Comparison) -> None:
    assert decode_comparison(encode_comparison(whole)) == whole
    few = made_comparison(Made({"a": 2.0, "b": 1.0}, blocks=3))
    assert decode_comparison(encode_comparison(few)) == few


@pytest.mark.parametrize("text", [b"", b"[]", b'{"format": "telemetry.dev/benchmark-result/v1"}'])
def test_what_is_no_comparison_is_refused(text: bytes) -> None:
    with pytest.raises(NotAComparisonError):
        decode_comparison(text)
