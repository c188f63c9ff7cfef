import pytest

from telemetry_loadtest.statistics_power import Supposition, blocks_for, win_probability


def test_power_against_a_true_ten_per_cent_is_as_stated() -> None:
    """Four variants, the noise of a cell 2 % and 4 %, eight blocks: the best wins in 99 % and 63 % of comparisons."""
    assert win_probability(Supposition(4, 0.1, 0.02), 8) == pytest.approx(0.99, abs=0.02)
    assert win_probability(Supposition(4, 0.1, 0.04), 8) == pytest.approx(0.63, abs=0.05)


def test_blocks_too_few_for_any_win_have_no_chance_of_one() -> None:
    assert win_probability(Supposition(2, 10.0, 0.001), 5) == 0.0


def test_the_plan_says_how_many_blocks_a_win_needs() -> None:
    quiet, noisy = blocks_for(Supposition(2, 0.1, 0.02)), blocks_for(Supposition(2, 0.1, 0.06))
    assert quiet == 6
    assert noisy is not None
    assert noisy > 6
    assert win_probability(Supposition(2, 0.1, 0.06), noisy) >= 0.8


def test_a_win_beyond_reach_is_said_to_be() -> None:
    assert blocks_for(Supposition(2, 0.01, 0.3), most=8) is None


@pytest.mark.parametrize(("variants", "effect", "noise"), [(1, 0.1, 0.1), (2, 0.0, 0.1), (2, 0.1, 0.0)])
def test_what_cannot_be_supposed_is_refused(variants: int, effect: float, noise: float) -> None:
    with pytest.raises(ValueError, match=r"or more|above 0"):
        Supposition(variants, effect, noise)
