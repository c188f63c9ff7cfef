"""The definitions of aggregates against slower ones that nobody could get wrong."""

import math
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telemetry.core.aggregation import Sample, bucket_of, bucket_starts, number_of, summarize
from telemetry_contract.readings import Value

SECOND = 1_000_000
DAY = 86_400 * SECOND

doubles = st.floats(allow_nan=False, allow_infinity=False)
times = st.integers(-(10**16), 10**17)
widths = st.sampled_from([SECOND, 60 * SECOND, 7 * 3600 * SECOND, DAY])


def samples_of(values: list[float]) -> list[Sample]:
    return [Sample(time, bytes(16), value) for time, value in enumerate(values)]


def percentile(values: list[float], fraction: float) -> Fraction:
    """Return the percentile of the field's textbooks, exactly."""
    ordered = sorted(map(Fraction, values))
    place = Fraction(fraction) * (len(ordered) - 1)
    low = math.floor(place)
    return ordered[low] + (place - low) * (ordered[math.ceil(place)] - ordered[low])


@given(st.lists(doubles, min_size=1, max_size=50))
def test_a_summary_is_what_its_names_say(values: list[float]) -> None:
    found = summarize(samples_of(values))
    assert (found.count, found.min, found.max, found.last) == (len(values), min(values), max(values), values[-1])
    for got, exact in (
        (found.mean, sum(map(Fraction, values)) / len(values)),
        (found.p50, percentile(values, 0.5)),
        (found.p95, percentile(values, 0.95)),
    ):
        # Where two values nearly cancel out, their own rounding is what is left.
        assert math.isclose(got, float(exact), rel_tol=1e-12, abs_tol=max(map(abs, values)) * 1e-14)


def test_a_percentile_stands_between_two_values_by_proportion() -> None:
    found = summarize(samples_of([10.0, 20.0, 30.0, 40.0]))
    assert found.p50 == 25
    assert found.p95 == pytest.approx(38.5)


def test_values_as_far_apart_as_can_be_have_a_middle() -> None:
    found = summarize(samples_of([-1.7e308, 1.7e308]))
    assert (found.mean, found.p50) == (0, 0)
    assert found.p95 == pytest.approx(1.53e308)


def test_of_equally_new_values_the_greatest_identity_is_the_last() -> None:
    samples = [Sample(5, bytes([n]) * 16, float(n)) for n in (1, 3, 2)]
    assert summarize([*samples, Sample(4, bytes([9]) * 16, 9.0)]).last == 3.0


@given(times, widths)
def test_a_bucket_begins_at_a_multiple_of_its_length_and_holds_its_time(time: int, width: int) -> None:
    start = bucket_of(time, width)
    assert start % width == 0
    assert start <= time < start + width


@given(times, st.integers(1, 100 * DAY), widths, st.data())
def test_the_buckets_of_a_range_hold_all_its_times_without_gaps(
    start: int, length: int, width: int, data: st.DataObject
) -> None:
    starts = bucket_starts(start, start + length, width)
    assert bucket_of(data.draw(st.integers(start, start + length - 1)), width) in starts
    assert (starts[0], starts[-1]) == (bucket_of(start, width), bucket_of(start + length - 1, width))


def test_an_empty_range_has_no_bucket() -> None:
    assert list(bucket_starts(90 * SECOND, 90 * SECOND, 60 * SECOND)) == []


@pytest.mark.parametrize(("value", "number"), [(True, 1.0), (False, 0.0), (3, 3.0), (-0.5, -0.5), ("3", None)])
def test_booleans_count_and_text_does_not(value: Value, number: float | None) -> None:
    assert number_of(value) == number
