"""The sign-flip test against what can be worked out by hand, and against simulation with a fixed seed."""

import itertools
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from telemetry_loadtest.statistics import (
    DRAWS,
    EXACT_BLOCKS,
    Array,
    adjusted_p,
    intervals,
    joint_test,
    least_p,
    log_ratios,
    minimum_blocks,
    sign_flips,
)
from telemetry_loadtest.statistics_power import Supposition, simulated, simulated_p

TRIALS = 2_000
ALPHA = 0.05
NOISE_OF_ALPHA = 3 * math.sqrt(ALPHA * (1 - ALPHA) / TRIALS)  # three standard errors of a share of 5 %: 1.5 points

series = st.lists(st.floats(-2, 2).filter(lambda x: abs(x) > 1e-3), min_size=6, max_size=8)


def false_wins(variants: int, blocks: int, *, skewed: bool = False) -> float:
    """Return in how many of 2,000 comparisons of equal variants any pair is said to differ."""
    equal = Supposition(variants, 1e-12, 0.04)
    found = simulated_p(equal, blocks, TRIALS, seed=3, skewed=skewed)
    return float((found.min(axis=1) <= ALPHA).mean())


@pytest.mark.parametrize("skewed", [False, True])
@pytest.mark.parametrize(("variants", "blocks"), [(2, 8), (4, 8), (7, 8), (7, 9)])
def test_of_equal_variants_five_in_a_hundred_comparisons_show_a_difference(
    variants: int, blocks: int, skewed: bool
) -> None:
    assert false_wins(variants, blocks, skewed=skewed) == pytest.approx(ALPHA, abs=NOISE_OF_ALPHA)


def test_six_blocks_of_two_variants_allow_for_one_level_and_keep_it() -> None:
    assert false_wins(2, 6) == pytest.approx(1 / 32, abs=NOISE_OF_ALPHA)


def test_a_great_difference_elsewhere_does_not_make_equal_variants_differ() -> None:
    found = simulated_p(Supposition(4, 0.5, 0.04), 8, TRIALS, seed=5)
    assert (found[:, 3:].min(axis=1) <= ALPHA).mean() <= ALPHA + NOISE_OF_ALPHA
    assert (found[:, :3] <= ALPHA).all(axis=1).mean() > 0.99


def test_two_variants_ten_per_cent_apart_are_told_apart_in_96_of_100_comparisons_of_eight_blocks() -> None:
    """Power against a true 10 %, the noise of a cell being 4 %: 96 %."""
    found = simulated_p(Supposition(2, 0.1, 0.04), 8, TRIALS, seed=7)
    assert (found <= ALPHA).mean() == pytest.approx(0.96, abs=0.02)


def test_intervals_of_all_pairs_together_hold_the_truth() -> None:
    supposed, blocks, trials = Supposition(4, 0.1, 0.04), 8, 200
    truth = np.array([-math.log1p(0.1)] * 3 + [0.0] * 3)
    flips = sign_flips(blocks)
    hit = [_inside(truth, intervals(flips, one, ALPHA)) for one in simulated(supposed, blocks, trials, seed=11)]
    assert np.mean(hit) == pytest.approx(0.95, abs=0.045)  # three standard errors


def _inside(truth: Array, ends: tuple[Array, Array]) -> bool:
    return bool(((ends[0] <= truth) & (truth <= ends[1])).all())


def test_p_of_one_pair_is_the_share_of_all_sign_flips_that_are_as_extreme() -> None:
    data = np.array([0.3, 0.1, -0.05, 0.2, 0.15, 0.02, 0.4])
    observed = abs(data.sum())
    every = [abs(np.dot(signs, data)) for signs in itertools.product((1, -1), repeat=len(data))]
    expected = np.mean([one >= observed - 1e-12 for one in every])
    found = joint_test({("a", "b"): data})
    assert found.exact
    assert found.effects["a", "b"].p == pytest.approx(expected)
    assert found.effects["a", "b"].estimate == pytest.approx(data.mean())


def test_six_blocks_that_all_agree_are_the_fewest_that_show_a_difference() -> None:
    assert minimum_blocks(0.05) == 6
    same = np.array([0.1, 0.11, 0.12, 0.1, 0.13, 0.1])
    six, five = joint_test({("a", "b"): same}), joint_test({("a", "b"): same[:5]})
    assert six.effects["a", "b"].p == least_p(6) == 1 / 32
    assert six.sufficient
    assert six.differs(("a", "b"))
    assert not five.sufficient
    assert not five.differs(("a", "b"))
    ratio, *ends = five.effects["a", "b"].ratio
    assert ratio == pytest.approx(math.exp(np.mean(same[:5])))
    assert ends == [0, math.inf]


@pytest.mark.parametrize("alpha", [0.05, 0.01, 0.001, 0.5])
def test_the_fewest_blocks_are_the_first_whose_least_p_suffices(alpha: float) -> None:
    needed = minimum_blocks(alpha)
    assert least_p(needed) <= alpha < least_p(needed - 1)


@pytest.mark.parametrize("alpha", [0.0, 1.0, -1.0])
def test_an_alpha_that_is_no_probability_is_refused(alpha: float) -> None:
    with pytest.raises(ValueError, match="between 0 and 1"):
        minimum_blocks(alpha)


def test_many_blocks_are_flipped_by_a_seeded_draw_that_holds_the_data_themselves() -> None:
    blocks = EXACT_BLOCKS + 1
    flips = sign_flips(blocks, seed=4)
    assert flips.shape == (DRAWS + 1, blocks)
    assert (flips[0] == 1).all()
    assert (sign_flips(blocks, seed=4) == flips).all()
    assert (sign_flips(blocks, seed=5) != flips).any()
    found = joint_test({("a", "b"): np.full(blocks, 0.2) + np.arange(blocks) / 100}, seed=4)
    assert not found.exact
    assert 0 < found.effects["a", "b"].p < 0.01


def test_few_blocks_are_flipped_in_every_way_that_differs() -> None:
    flips = sign_flips(6)
    assert len({tuple(row) for row in flips} | {tuple(-row) for row in flips}) == 2**6


@settings(max_examples=30, deadline=None)
@given(series)
def test_an_interval_leaves_out_nothing_exactly_where_the_test_shows_a_difference(data: list[float]) -> None:
    others = np.sin(np.arange(len(data)))  # a second pair, without a difference
    both = np.stack([np.array(data), others], axis=1)
    flips = sign_flips(len(data))
    low, high = intervals(flips, both, ALPHA)
    assert (low <= both.mean(axis=0)).all()
    assert (high >= both.mean(axis=0)).all()
    assert list((low > 0) | (high < 0)) == list(adjusted_p(flips, both) <= ALPHA)


@settings(max_examples=30, deadline=None)
@given(series)
def test_turning_a_pair_round_turns_its_interval_round(data: list[float]) -> None:
    there = joint_test({("a", "b"): np.array(data)}).effects["a", "b"]
    back = joint_test({("b", "a"): -np.array(data)}).effects["b", "a"]
    assert back.p == there.p
    assert back.low == pytest.approx(-there.high, abs=1e-9)
    assert back.high == pytest.approx(-there.low, abs=1e-9)


def test_the_more_pairs_are_compared_the_more_it_takes() -> None:
    one = np.array([0.1, 0.12, 0.02, 0.11, 0.09, 0.1, -0.01, 0.1])
    draw = np.random.default_rng(2)
    many = {("a", "b"): one} | {("a", str(number)): draw.normal(size=8) for number in range(8)}
    assert joint_test(many).effects["a", "b"].p > joint_test({("a", "b"): one}).effects["a", "b"].p


def test_values_that_do_not_differ_at_all_have_no_effect_and_no_error() -> None:
    found = joint_test({("a", "b"): np.zeros(8)}).effects["a", "b"]
    assert (found.estimate, found.p) == (0, 1)


def test_what_a_block_does_to_all_variants_alike_cancels() -> None:
    values = {"a": [1.0, 20.0, 300.0], "b": [2.0, 40.0, 600.0]}
    assert log_ratios(values)["a", "b"] == pytest.approx([math.log(0.5)] * 3)


@pytest.mark.parametrize("wrong", [0.0, -1.0, math.nan, math.inf])
def test_a_value_without_a_logarithm_is_refused(wrong: float) -> None:
    with pytest.raises(ValueError, match="not above zero"):
        log_ratios({"a": [1.0, wrong], "b": [1.0, 1.0]})


def test_variants_of_unequal_length_are_refused() -> None:
    with pytest.raises(ValueError, match="a 2, b 1 blocks"):
        log_ratios({"a": [1.0, 2.0], "b": [1.0]})
