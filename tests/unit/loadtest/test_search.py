"""The search for a ceiling, against platforms whose ceiling is known."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telemetry_loadtest.search import LEAST, MOST, PRECISION, Search, most_trials


def searched(ceiling: float, search: Search | None = None) -> Search:
    """The search against a platform that holds every rate up to its ceiling."""
    search = search or Search()
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


@given(st.floats(0.01, 3 * MOST), st.floats(0.001, 3 * MOST), st.floats(0.01, 1))
def test_no_search_tries_more_than_is_said_beforehand(ceiling: float, first: float, precision: float) -> None:
    assert 1 <= len(searched(ceiling, Search(first, precision)).steps) <= most_trials(first, precision)


@given(st.lists(st.booleans(), min_size=60, max_size=60), st.floats(0.01, MOST), st.floats(0.01, 1))
def test_nor_against_a_platform_that_holds_by_chance(held: list[bool], first: float, precision: float) -> None:
    search, chances = Search(first, precision), iter(held)
    while (rate := search.next_rate()) is not None:
        search = search.told(rate, held=next(chances), reason="")
    assert len(search.steps) <= most_trials(first, precision)


@pytest.mark.parametrize(
    ("search", "words"),
    [
        (Search(), "not even 100 requests a second held: p95"),
        (
            Search().told(100, held=True, reason=""),
            "the ceiling lies between 100 requests a second, which held, and 200",
        ),
    ],
    ids=["none", "an interval"],
)
def test_what_is_known_is_told_in_words(search: Search, words: str) -> None:
    rate = search.next_rate()
    assert rate is not None
    assert search.told(rate, held=False, reason="p95").in_words().startswith(words)


@pytest.mark.parametrize(("ceiling", "low", "high"), [(0.1, False, True), (MOST * 10, True, False)])
def test_a_ceiling_out_of_reach_leaves_one_end_open(ceiling: float, low: bool, high: bool) -> None:
    found = searched(ceiling).found()
    assert (found.low is not None, found.high is not None) == (low, high)


def test_a_rate_that_held_above_one_that_did_not_is_no_lower_end() -> None:
    search = (
        Search().told(100, held=True, reason="").told(400, held=True, reason="").told(200, held=False, reason="p95")
    )
    assert (search.low, search.high) == (100, 200)
