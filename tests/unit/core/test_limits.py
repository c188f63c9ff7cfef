from hypothesis import given
from hypothesis import strategies as st

from telemetry.core.limits import Bucket, Rate

RATE = Rate(per_second=10, burst=50)
STEPS = st.lists(st.tuples(st.floats(0, 20), st.integers(1, 60)), max_size=60)


def test_a_new_bucket_is_full() -> None:
    assert Bucket(RATE, 0).level(RATE, 0) == 50


def test_what_is_taken_comes_back_at_the_rate() -> None:
    bucket = Bucket(RATE, 0)
    bucket.remove(50)
    assert bucket.level(RATE, 2) == 20


def test_it_holds_no_more_than_its_burst() -> None:
    assert Bucket(RATE, 0).level(RATE, 1000) == 50


def test_a_clock_that_goes_back_gives_nothing() -> None:
    bucket = Bucket(RATE, 100)
    bucket.remove(50)
    assert bucket.level(RATE, 0) == 0
    assert bucket.level(RATE, 101) == 10


def test_a_lower_rate_cuts_what_was_saved() -> None:
    bucket = Bucket(RATE, 0)
    assert bucket.level(RATE.times(0.1), 0) == 5
    assert bucket.level(RATE, 1) == 15


@given(STEPS)
def test_it_never_gives_more_than_burst_and_rate(steps: list[tuple[float, int]]) -> None:
    bucket, now, taken = Bucket(RATE, 0), 0.0, 0
    for pause, count in steps:
        now += pause
        if count <= bucket.level(RATE, now):
            bucket.remove(count)
            taken += count
        assert taken <= RATE.burst + RATE.per_second * now + 1e-6
