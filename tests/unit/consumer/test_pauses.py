from hypothesis import given
from hypothesis import strategies as st

from telemetry.consumer.pauses import FIRST_SECONDS, LONGEST_SECONDS, Pauses


def test_pauses_double_up_to_the_longest() -> None:
    pauses = Pauses(1, 5, uniform=lambda _, most: most)
    assert [pauses.following() for _ in range(5)] == [1, 2, 4, 5, 5]


def test_after_a_success_pauses_are_short_again() -> None:
    pauses = Pauses(1, 5, uniform=lambda _, most: most)
    pauses.following()
    pauses.following()
    pauses.reset()
    assert pauses.following() == 1


@given(st.integers(1, 30))
def test_no_pause_is_out_of_bounds(count: int) -> None:
    pauses = Pauses()
    assert all(FIRST_SECONDS / 2 <= pauses.following() <= LONGEST_SECONDS for _ in range(count))
