import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from telemetry_operator.specs.duration import Duration

ADAPTER = TypeAdapter(Duration)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("30d", 2_592_000),
        ("1h30m", 5400),
        ("90s", 90),
        ("500ms", 0.5),
        ("1d2h3m4s5ms", 93_784.005),
        ("5m", 300),
        ("36500d", 3_153_600_000),
    ],
)
def test_a_duration_is_the_sum_of_its_parts(text: str, seconds: float) -> None:
    assert ADAPTER.validate_python(text).seconds == seconds


REFUSED = ["", "30", "1.5h", "h", "30m1h", "1h1h", "-1h", "0s", "1 h", "1w", "٣h", "1" * 30 + "s", "36500d1ms"]


@pytest.mark.parametrize("text", REFUSED)
def test_what_is_not_a_duration_is_refused(text: str) -> None:
    with pytest.raises(ValidationError):
        ADAPTER.validate_python(text)


def test_a_number_without_a_unit_is_refused() -> None:
    with pytest.raises(ValidationError):
        ADAPTER.validate_python(30)


def test_a_duration_is_written_as_it_was_read() -> None:
    assert ADAPTER.dump_json(ADAPTER.validate_python("90m")) == b'"90m"'


@given(st.integers(0, 99), st.integers(0, 99), st.integers(0, 99), st.integers(1, 99))
def test_any_parts_in_order_make_a_duration(days: int, hours: int, minutes: int, seconds: int) -> None:
    duration = ADAPTER.validate_python(f"{days}d{hours}h{minutes}m{seconds}s")
    assert duration.seconds == ((days * 24 + hours) * 60 + minutes) * 60 + seconds
