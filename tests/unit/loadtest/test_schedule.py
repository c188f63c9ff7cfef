import itertools
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telemetry_loadtest.schedule import Uniform
from telemetry_loadtest.signals import SECOND

rates = st.fractions(Fraction(1, 100), 50_000, max_denominator=1000)
starts = st.integers(0, 2_000_000_000_000_000)


@given(rates, starts, st.integers(0, 10**9))
def test_the_window_of_an_instant_holds_the_arrivals_due_at_it(rate: Fraction, start: int, index: int) -> None:
    schedule = Uniform(rate, start)
    due = schedule.due(index)
    assert index in schedule.window(due, due + 1)
    assert index not in schedule.window(due + 1, due + SECOND)


@given(rates, starts, st.lists(st.integers(-SECOND, 20 * SECOND), min_size=2, max_size=6).map(sorted))
def test_adjacent_windows_hold_each_arrival_once(rate: Fraction, start: int, cuts: list[int]) -> None:
    schedule = Uniform(rate, start)
    parts = [schedule.window(start + a, start + b) for a, b in itertools.pairwise(cuts)]
    whole = schedule.window(start + cuts[0], start + cuts[-1])
    assert sum(len(part) for part in parts) == len(whole)
    assert [part.stop for part in parts[:-1]] == [part.start for part in parts[1:]]


@given(rates, starts)
def test_the_rate_is_met_exactly(rate: Fraction, start: int) -> None:
    seconds = 1000  # a multiple of every denominator's share would be exact; others differ by the last arrival at most
    assert abs(len(Uniform(rate, start).window(start, start + seconds * SECOND)) - rate * seconds) < 1


def test_nothing_is_due_before_the_start() -> None:
    assert len(Uniform.of(100, 5 * SECOND).window(0, 5 * SECOND)) == 0


def test_a_rate_of_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="must be above 0"):
        Uniform.of(0)
