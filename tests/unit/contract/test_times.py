from contextlib import suppress
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from telemetry_contract.times import (
    MAX_TIME,
    MICROSECONDS_PER_SECOND,
    MIN_TIME,
    format_time,
    parse_time,
)
from tests.unit.contract.strategies import times

REFUSED = [
    "",
    "2026-01-31",
    "2026-01-31T12:00:00",
    "2026-01-31 12:00:00Z",
    "2026-01-31T12:00Z",
    "20260131T120000Z",
    "2026-W05-6T12:00:00Z",
    "2026-031T12:00:00Z",
    "2026-01-31T12:00:00.Z",
    "2026-01-31T12:00:00,5Z",
    "2026-01-31T12:00:00+0100",
    "2026-01-31T12:00:00+01",
    "2026-01-31T12:00:00+24:00",
    "2026-01-31T12:00:00+01:60",
    "2026-01-31T12:00:00+01:00:00",
    "2026-01-31T12:00:00Z ",
    " 2026-01-31T12:00:00Z",
    "2026-01-31T12:00:00Z\n",
    "+2026-01-31T12:00:00Z",
    "12026-01-31T12:00:00Z",
    "２０２６-01-31T12:00:00Z",
    "2026-01-31T12:00:00.٣Z",
    "2026-01-31T12:00:00\u2212" + "01:00",
    "2026-02-29T12:00:00Z",
    "2026-13-01T12:00:00Z",
    "2026-00-10T12:00:00Z",
    "0000-01-01T00:00:00Z",
    "2016-12-31T23:59:60Z",
    "2026-01-31T24:00:00Z",
    "2026-01-31T12:60:00Z",
    "2026-01-31T12:00:00." + "0" * 65 + "Z",
]


@pytest.mark.parametrize("text", REFUSED)
def test_what_rfc_3339_does_not_allow_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"not an RFC 3339 time|out of range|must be in"):
        parse_time(text)


def test_the_epoch_is_zero_and_the_unit_is_the_microsecond() -> None:
    assert parse_time("1970-01-01T00:00:00Z") == 0
    assert parse_time("1970-01-01T00:00:01.000001Z") == MICROSECONDS_PER_SECOND + 1
    assert parse_time("1969-12-31T23:59:59.999999Z") == -1


@pytest.mark.parametrize(
    "text",
    [
        "2026-01-31T12:00:00.5Z",
        "2026-01-31t12:00:00.5z",
        "2026-01-31T12:00:00.500000000000Z",
        "2026-01-31T12:00:00.5+00:00",
        "2026-01-31T12:00:00.5-00:00",
        "2026-01-31T13:30:00.5+01:30",
        "2026-02-01T11:59:00.5+23:59",
        "2026-01-30T12:01:00.5-23:59",
    ],
)
def test_every_notation_of_an_instant_is_that_instant(text: str) -> None:
    assert parse_time(text) == parse_time("2026-01-31T12:00:00.500000Z")


def test_a_leap_day_exists_in_a_leap_year_only() -> None:
    assert parse_time("2028-03-01T00:00:00Z") - parse_time("2028-02-29T00:00:00Z") == 86_400 * MICROSECONDS_PER_SECOND


@given(times, st.text("0123456789", max_size=58))
@example(-1, "9")
@example(0, "9999999")
def test_digits_beyond_the_microsecond_are_cut_off_never_rounded(time: int, beyond: str) -> None:
    assert parse_time(format_time(time).replace("Z", f"{beyond}Z")) == time


@given(times)
@example(MIN_TIME)
@example(MAX_TIME)
def test_what_is_written_is_read_back(time: int) -> None:
    assert parse_time(format_time(time)) == time


@given(
    st.datetimes(min_value=datetime(1, 1, 3), max_value=datetime(9999, 12, 29)),  # noqa: DTZ001 - hypothesis wants naive
    st.integers(-1439, 1439),
)
def test_a_zone_moves_the_clock_and_not_the_instant(moment: datetime, minutes: int) -> None:
    instant = moment.replace(tzinfo=UTC)
    there = instant.astimezone(timezone(timedelta(minutes=minutes)))
    assert format_time(parse_time(there.isoformat())) == instant.isoformat(timespec="microseconds").replace(
        "+00:00", "Z"
    )


@pytest.mark.parametrize("text", ["0001-01-01T00:00:00+00:01", "9999-12-31T23:59:59.999999-00:01"])
def test_an_instant_that_no_utc_year_of_four_digits_has_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="outside the years 1 to 9999"):
        parse_time(text)


def test_the_bounds_are_the_first_and_the_last_instant_that_can_be_written() -> None:
    assert format_time(MIN_TIME) == "0001-01-01T00:00:00.000000Z"
    assert format_time(MAX_TIME) == "9999-12-31T23:59:59.999999Z"
    assert parse_time("0001-01-01T01:00:00+01:00") == MIN_TIME


@given(st.text() | st.from_regex(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d+)?([+-]\d\d:\d\d|[Zz])"))
def test_any_text_is_an_instant_or_a_value_error(text: str) -> None:
    with suppress(ValueError):
        assert MIN_TIME <= parse_time(text) <= MAX_TIME
