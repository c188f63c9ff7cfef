import numpy as np
import pytest

from telemetry_loadtest.statistics import Array, adjusted_p, sign_flips
from telemetry_loadtest.statistics_series import MOST_BATCHES, SHORTEST_BATCH, batches, memory, warm_up_end


def remembering(share: float, windows: int, measures: int, trials: int) -> Array:
    """Return trials × windows × measures of a series in which each value keeps `share` of the one before."""
    draw = np.random.default_rng(9).standard_normal((trials, windows, measures))
    draw[:, 0] /= np.sqrt(1 - share**2)
    for at in range(1, windows):
        draw[:, at] += share * draw[:, at - 1]
    return draw


@pytest.mark.parametrize("share", [0.0, 0.5, 0.8])
def test_windows_that_remember_one_another_do_not_pass_noise_for_a_difference(share: float) -> None:
    cut = [batches(one, alpha=0.05) for one in remembering(share, 240, 6, 500)]
    found = [adjusted_p(sign_flips(len(one)), one).min() <= 0.05 for one in cut if one is not None]
    assert len(found) > 450
    assert np.mean(found) <= 0.08


def test_the_memory_of_a_series_is_its_autocorrelation_time() -> None:
    assert memory(remembering(0.8, 20_000, 1, 1)[0]) == pytest.approx((1 + 0.8) / (1 - 0.8), rel=0.1)
    assert memory(np.zeros((50, 2))) == 1


def test_batches_are_means_of_consecutive_windows() -> None:
    found = batches(np.arange(120.0)[:, None] % 2, alpha=0.05)
    assert found is not None
    assert found.shape == (MOST_BATCHES, 1)
    assert found == pytest.approx(0.5)


def test_fewer_windows_than_the_batches_of_a_difference_need_are_too_few() -> None:
    noise = np.random.default_rng(1).standard_normal((6 * SHORTEST_BATCH, 1)) * [[1.0, -1.0]]
    assert batches(noise[:-1], alpha=0.05) is None
    assert batches(np.zeros((6 * SHORTEST_BATCH, 1)), alpha=0.05) is not None


def test_the_warm_up_ends_where_the_series_becomes_steady() -> None:
    draw = np.random.default_rng(3)
    warming = np.concatenate([100 * np.exp(-np.arange(30) / 8), np.zeros(120)]) + draw.normal(10, 1, 150)
    end = warm_up_end(list(warming))
    assert end is not None
    assert 15 <= end <= 40
    assert warm_up_end(list(draw.normal(10, 1, 150))) is not None


@pytest.mark.parametrize("never", [[1.0] * 9, [float(60 - second) for second in range(60)]])
def test_a_series_too_short_or_still_changing_at_its_end_is_never_steady(never: list[float]) -> None:
    assert warm_up_end(never) is None
