from hypothesis import given
from hypothesis import strategies as st

from telemetry.analytics.clock import StoreClock

SECOND = 1_000_000


class Own:
    """An own clock that stands where the test puts it."""

    def __init__(self) -> None:
        self.now = 0

    def __call__(self) -> int:
        return self.now


def test_before_the_first_answer_no_age_is_known() -> None:
    assert StoreClock(Own()).age(0) is None


def test_an_age_is_counted_from_the_stores_time() -> None:
    own = Own()
    clock = StoreClock(own)
    clock.observe(sent=0, store=500 * SECOND, received=0)
    own.now = 2 * SECOND
    age = clock.age(501 * SECOND)
    assert age is not None
    assert 1.0 <= age < 1.001


@given(
    offset=st.integers(-(10**12), 10**12),
    answers=st.lists(st.tuples(*[st.integers(0, SECOND)] * 3), min_size=1, max_size=20),
)
def test_an_age_is_never_understated(offset: int, answers: list[tuple[int, int, int]]) -> None:
    own = Own()
    clock = StoreClock(own)
    for pause, there, back in answers:
        sent = own.now + pause
        asked = sent + there
        own.now = asked + back
        clock.observe(sent=sent, store=asked + offset, received=own.now)
        age = clock.age(asked + offset)
        assert age is not None
        assert age * SECOND >= own.now - asked - 1


def test_a_quick_answer_makes_ages_sharper_and_a_slow_one_does_not_blur_them() -> None:
    own = Own()
    clock = StoreClock(own)
    clock.observe(sent=0, store=100, received=100)
    own.now = SECOND
    clock.observe(sent=100, store=SECOND, received=SECOND)
    age = clock.age(SECOND)
    assert age is not None
    assert age < 0.001


def test_a_clock_that_was_set_is_followed_at_once() -> None:
    own = Own()
    clock = StoreClock(own)
    clock.observe(sent=0, store=1000 * SECOND, received=0)
    clock.observe(sent=0, store=10 * SECOND, received=0)
    assert clock.age(9 * SECOND) == 1.0
