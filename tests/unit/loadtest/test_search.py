"""The search for a ceiling, against platforms whose ceiling is known."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telemetry_loadtest.search import LEAST, MOST, PRECISION, Search


def searched(ceiling: float) -> Search:
    """The search against a platform that holds every rate up to its ceiling."""
    search = Search()
    while (rate := search.next_rate()) is not None:
        search = search.told(rate, held=rate <= ceiling, reason="")
    return search


@given(st.floats(2 * LEAST, MOST / 2))
def test_a_ceiling_is_found_within_five_per_cent(ceiling: float) -> None:
    search = searched(ceiling)
    assert search.low is not None
    assert search.high is not None
    assert search.low <= ceiling < search.high
    assert search.high - search.low <= PRECISION * search.low


@given(st.floats(2 * LEAST, MOST / 2))
def test_few_steps_are_needed(ceiling: float) -> None:
    assert len(searched(ceiling).steps) <= 14


@pytest.mark.parametrize(("ceiling", "low", "high"), [(0.1, False, True), (MOST * 10, True, False)])
def test_a_ceiling_out_of_reach_leaves_one_end_open(ceiling: float, low: bool, high: bool) -> None:
    found = searched(ceiling).found()
    assert (found.low is not None, found.high is not None) == (low, high)


def test_a_rate_that_held_above_one_that_did_not_is_no_lower_end() -> None:
    search = (
        Search().told(100, held=True, reason="").told(400, held=True, reason="").told(200, held=False, reason="p95")
    )
    assert (search.low, search.high) == (100, 200)
