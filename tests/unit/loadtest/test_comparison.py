from collections.abc import Mapping

import numpy as np
import pytest

from telemetry_loadtest.comparison import Cell, Judgement, judge, noise_floors
from telemetry_loadtest.comparison_plan import Metric
from telemetry_loadtest.comparison_results import Outcome

CEILING = Metric("ceiling", "requests/s", more_is_better=True, of_acknowledgement=False)
P95 = Metric("p95", "ms", more_is_better=False, of_acknowledgement=True)


def cells(
    means: Mapping[str, float], blocks: int = 8, *, profile: str = "mixed", queued: tuple[str, ...] = (), seed: int = 1
) -> list[Cell]:
    """Make runs of variants with 2 % of noise, in blocks that differ by a third."""
    draw = np.random.default_rng(seed)
    return [
        Cell(variant, profile, block, mean * level * float(np.exp(draw.normal(0, 0.02))), _kind(variant, queued))
        for block in range(blocks)
        for level in [float(np.exp(draw.normal(0, 0.3)))]
        for variant, mean in means.items()
    ]


def _kind(variant: str, queued: tuple[str, ...]) -> str:
    return "queued" if variant in queued else "stored"


def judged(found: list[Cell], metric: Metric = CEILING) -> Judgement:
    [judgement] = judge(found, metric)
    return judgement


def test_the_best_wins_where_it_beats_every_other() -> None:
    found = judged(cells({"baseline": 100, "redis": 130, "kafka": 105}))
    [group] = found.groups
    assert (group.outcome, group.winner) == (Outcome.WINNER, "redis")
    ratio, low, high = found.effects["baseline", "redis"].ratio
    assert low < 100 / 130 < high
    assert ratio == pytest.approx(group.centers["baseline"] / group.centers["redis"])


def test_of_latencies_the_lowest_wins() -> None:
    assert judged(cells({"a": 20, "b": 14}), P95).groups[0].winner == "b"


def test_without_a_difference_nobody_wins_however_the_means_lie() -> None:
    [group] = judged(cells({"a": 100, "b": 100, "c": 100})).groups
    assert (group.outcome, group.winner) == (Outcome.NO_DIFFERENCE, None)


def test_who_beats_some_and_not_all_has_not_won() -> None:
    assert judged(cells({"a": 100, "b": 100.2, "c": 50})).groups[0].winner is None


def test_five_blocks_are_insufficient_data_whatever_they_say() -> None:
    found = judged(cells({"a": 100, "b": 300}, blocks=5))
    assert found.groups[0].outcome is Outcome.INSUFFICIENT
    assert (found.blocks, found.needed) == (5, 6)


def test_stored_is_never_ranked_against_queued_by_acknowledgement() -> None:
    means = {"baseline": 20.0, "redis": 12.0, "kafka": 3.0, "stream": 5.0}
    found = judged(cells(means, queued=("kafka", "stream")), P95)
    assert set(found.effects) == {("baseline", "redis"), ("kafka", "stream")}
    assert {group.acknowledged_as: group.winner for group in found.groups} == {"stored": "redis", "queued": "kafka"}


def test_by_what_does_not_count_acknowledgements_all_are_ranked() -> None:
    found = judged(cells({"baseline": 100, "kafka": 200}, queued=("kafka",)))
    assert [group.winner for group in found.groups] == ["kafka"]


def test_a_block_with_a_failed_cell_counts_for_nobody() -> None:
    made = cells({"a": 100, "b": 130}, blocks=9)
    lost = [
        Cell("a", "mixed", 3, None, "stored", "Invalid") if (one.variant, one.block) == ("a", 3) else one
        for one in made
    ]
    found = judged(lost)
    assert found.blocks == 8
    assert found.groups[0].winner == "b"
    assert found.left_out == {}


def test_a_variant_that_mostly_failed_is_left_out_and_the_others_are_judged() -> None:
    made = cells({"a": 100, "b": 130, "c": 90})
    lost = [
        Cell("c", "mixed", one.block, None, "stored", "Failed: books open") if one.variant == "c" and one.block else one
        for one in made
    ]
    found = judged(lost)
    assert found.left_out == {"c": "no number in 7 of 8 blocks: Failed: books open"}
    assert found.groups[0].winner == "b"


def test_a_profile_in_which_nothing_succeeded_is_insufficient_data() -> None:
    found = judged([Cell("a", "mixed", block, None, "stored", "Error") for block in range(8)])
    assert found.groups == []
    assert "Error" in found.left_out["a"]


def test_profiles_are_judged_each_by_itself() -> None:
    both = cells({"a": 100, "b": 130}, profile="read-heavy") + cells({"a": 130, "b": 100}, profile="write-heavy")
    assert [(one.profile, one.groups[0].winner) for one in judge(both, CEILING)] == [
        ("read-heavy", "b"),
        ("write-heavy", "a"),
    ]


def test_a_variant_compared_with_itself_shows_the_noise_of_a_cell() -> None:
    first, second = np.random.default_rng(4).normal(0, 0.05, (2, 200))
    found = noise_floors({("again", "a"): first - second})["again", "a"]
    assert found.cell == pytest.approx(0.05, rel=0.15)
    assert found.low < found.ratio < found.high
    assert found.low < 1 < found.high
    assert found.sound


def test_a_variant_that_differs_from_itself_is_not_sound() -> None:
    drifting = np.array([0.1, 0.11, 0.09, 0.1, 0.12, 0.1])
    assert not noise_floors({("again", "a"): drifting})["again", "a"].sound


def test_what_one_repeat_shows_by_chance_weighs_less_where_there_are_two() -> None:
    slight = np.array([0.04, 0.05, 0.02, 0.06, -0.02, 0.03, 0.01, 0.02])
    steady = np.array([0.05, -0.05, 0.05, -0.05, 0.05, -0.05, 0.05, -0.05])
    assert not noise_floors({("again", "a"): slight})["again", "a"].sound
    assert noise_floors({("again", "a"): slight, ("more", "b"): steady})["again", "a"].sound


def test_noise_of_one_block_is_not_known() -> None:
    with pytest.raises(ValueError, match="from 2 on"):
        noise_floors({("again", "a"): np.array([0.1])})
