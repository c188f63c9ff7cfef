import itertools
from statistics import fmean, stdev

from hypothesis import given
from hypothesis import strategies as st

from telemetry_loadtest.signals import (
    DAY,
    HOUR,
    MINUTE,
    Analog,
    battery,
    daily,
    happens,
    normal,
    state,
    uniform,
    wander,
)

seeds = st.integers(0, 2**64 - 1)
times = st.integers(0, 4_000_000_000_000_000)  # into the year 2096

THERMOMETER = Analog(mean=20, cycle=5, peak_hour=15, drift=0.5, noise=0.1, low=-40, high=85)


@given(seeds, times)
def test_the_same_seed_and_time_give_the_same_value(seed: int, time: int) -> None:
    assert THERMOMETER.at(seed, time) == THERMOMETER.at(seed, time)


@given(seeds, times)
def test_a_value_stays_within_what_the_sensor_can_show(seed: int, time: int) -> None:
    wild = Analog(mean=80, cycle=50, peak_hour=0, drift=50, noise=50, low=-40, high=85)
    assert -40 <= wild.at(seed, time) <= 85


@given(seeds, st.integers(0, 2**48))
def test_uniform_numbers_lie_strictly_between_0_and_1(seed: int, index: int) -> None:
    assert 0 < uniform(seed, index) < 1


def test_uniform_numbers_are_spread_evenly_and_neighbours_are_unrelated() -> None:
    numbers = [uniform(7, index) for index in range(10_000)]
    pairs = [(a - 0.5) * (b - 0.5) for a, b in itertools.pairwise(numbers)]
    assert abs(fmean(numbers) - 0.5) < 0.01
    assert abs(fmean(pairs)) < 0.005


def test_noise_is_normal() -> None:
    numbers = [normal(3, index) for index in range(10_000)]
    assert abs(fmean(numbers)) < 0.05
    assert abs(stdev(numbers) - 1) < 0.05


def test_the_afternoon_is_warmer_than_the_night() -> None:
    afternoon = fmean(THERMOMETER.at(1, day * DAY + 15 * HOUR) for day in range(50))
    night = fmean(THERMOMETER.at(1, day * DAY + 3 * HOUR) for day in range(50))
    assert 9 < afternoon - night < 11


@given(times)
def test_the_daily_cycle_repeats(time: int) -> None:
    assert daily(time, 15) == daily(time + DAY, 15)


@given(seeds, times)
def test_drift_is_smooth(seed: int, time: int) -> None:
    assert abs(wander(seed, time, 3 * HOUR) - wander(seed, time + MINUTE, 3 * HOUR)) < 0.2


def test_two_seeds_differ() -> None:
    assert [THERMOMETER.at(1, t * HOUR) for t in range(5)] != [THERMOMETER.at(2, t * HOUR) for t in range(5)]


def test_a_battery_runs_down_and_is_changed() -> None:
    levels = [battery(5, day * DAY, 100 * DAY) for day in range(200)]
    changes = [later for earlier, later in itertools.pairwise(levels) if later > earlier]
    assert len(changes) == 2
    assert all(5 <= level <= 100 for level in levels)


def test_a_share_of_spans_is_chosen_and_each_whole() -> None:
    chosen = [happens(9, span * MINUTE, MINUTE, 0.25) for span in range(4_000)]
    assert 0.22 < fmean(chosen) < 0.28
    assert all(happens(9, span * MINUTE + MINUTE - 1, MINUTE, 0.25) == was for span, was in enumerate(chosen))


def test_a_device_is_mostly_ok_and_sometimes_not() -> None:
    seen = [state(4, span * 10 * MINUTE) for span in range(4_000)]
    assert set(seen) == {"ok", "calibrating", "fault"}
    assert 0.95 < seen.count("ok") / len(seen) < 0.99
