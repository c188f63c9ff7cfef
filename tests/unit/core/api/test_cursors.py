import pytest
from hypothesis import given
from hypothesis import strategies as st

from telemetry.core.api.cursors import DEVICE_CURSORS, MAX_CURSOR, READING_CURSORS, DevicePlace, ReadingPlace
from telemetry.core.http.problems import ProblemError
from telemetry_contract.times import MAX_TIME, MIN_TIME

places = st.builds(
    ReadingPlace,
    st.integers(MIN_TIME, MAX_TIME),
    st.text("abcXYZ019_.:-", min_size=1, max_size=128),
    st.binary(min_size=16, max_size=16),
)


@given(places, st.lists(st.text()))
def test_a_cursor_leads_back_to_its_place(place: ReadingPlace, query: list[str]) -> None:
    cursor = READING_CURSORS.write(query, place)
    assert len(cursor) <= MAX_CURSOR
    assert READING_CURSORS.read(query, cursor) == place


@given(st.text(max_size=40))
def test_what_was_never_given_out_is_no_cursor(text: str) -> None:
    with pytest.raises(ProblemError, match="invalid-cursor"):
        READING_CURSORS.read("query", text)


def test_a_cursor_is_of_one_query_alone() -> None:
    cursor = DEVICE_CURSORS.write("one", DevicePlace("d1"))
    with pytest.raises(ProblemError, match="invalid-cursor"):
        DEVICE_CURSORS.read("another", cursor)


def test_a_cursor_is_of_one_kind_of_page_alone() -> None:
    cursor = DEVICE_CURSORS.write("query", DevicePlace("d1"))
    with pytest.raises(ProblemError, match="invalid-cursor"):
        READING_CURSORS.read("query", cursor)


@given(places)
def test_a_longer_cursor_is_not_looked_at(place: ReadingPlace) -> None:
    with pytest.raises(ProblemError, match="invalid-cursor"):
        READING_CURSORS.read("query", READING_CURSORS.write("query", place) + "A" * MAX_CURSOR)
