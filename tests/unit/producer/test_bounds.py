from hypothesis import given
from hypothesis import strategies as st

from telemetry.producer.bounds import MARGIN_SECONDS, bounds_at
from telemetry_contract.readings import Reading

NOW = 1_750_000_000_000_000
SECOND = 1_000_000


def _code(seconds: float, *, buffer_age: float = 0) -> str | None:
    bounds = bounds_at(NOW, retention=3600, buffer_age=buffer_age, clock_skew=300)
    refusal = bounds.against(Reading("d", NOW + int(seconds * SECOND), {"a": 1}))
    return refusal.code if refusal else None


def test_times_between_retention_and_clock_skew_are_taken() -> None:
    assert [_code(seconds) for seconds in (-3600 + MARGIN_SECONDS, -60, 0, 300)] == [None] * 4


def test_a_time_beyond_the_clock_skew_lies_in_the_future() -> None:
    assert _code(300.001) == "reading-in-future"


def test_a_reading_that_would_expire_on_its_way_is_too_old() -> None:
    assert _code(-3600 + MARGIN_SECONDS - 1) == "reading-too-old"
    assert _code(-1800) is None
    assert _code(-1800, buffer_age=1900) == "reading-too-old"


@given(st.floats(0, 1e7), st.floats(1, 1e7))
def test_now_is_always_taken(buffer_age: float, retention: float) -> None:
    bounds = bounds_at(NOW, retention=retention, buffer_age=buffer_age, clock_skew=1)
    assert bounds.against(Reading("d", NOW, {"a": 1})) is None
