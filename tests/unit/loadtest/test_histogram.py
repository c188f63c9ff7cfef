"""Counts that are merged are the counts of one."""

import pytest
from hdrh.histogram import HdrHistogram
from hypothesis import given, settings
from hypothesis import strategies as st

from telemetry_loadtest.histogram import LONGEST, Histogram, Tally, count, quantized

microseconds = st.integers(1, LONGEST)
samples = st.lists(microseconds, min_size=1, max_size=200)


def counted(values: list[int]) -> Tally:
    tally: Tally = {}
    for value in values:
        count(tally, value)
    return tally


@given(samples, st.integers(1, 5))
def test_the_histograms_of_workers_merged_are_that_of_one(values: list[int], workers: int) -> None:
    shares = [Histogram.of(counted(values[one::workers]).items()) for one in range(workers)]
    assert Histogram.merged(shares).encode() == Histogram.of(counted(values).items()).encode()


@given(samples)
def test_a_tally_loses_nothing_that_the_histogram_would_keep(values: list[int]) -> None:
    whole = HdrHistogram(1, LONGEST, 3)
    for value in values:
        whole.record_value(value)
    assert Histogram.of(counted(values).items()).encode().encode() == whole.encode()


@given(microseconds)
def test_a_value_is_kept_to_three_digits(value: int) -> None:
    assert 0 <= value - quantized(value) <= value / 1000


def test_what_is_out_of_range_counts_at_its_end() -> None:
    assert counted([0, -5, 10**9]) == {1: 2, quantized(LONGEST): 1}


@settings(max_examples=10)  # reading percentiles takes its time
@given(samples)
def test_a_histogram_is_the_same_when_it_is_read_again(values: list[int]) -> None:
    histogram = Histogram.of(counted(values).items())
    again = Histogram.decode(histogram.encode())
    assert (again.count, again.percentiles()) == (histogram.count, histogram.percentiles())


@settings(max_examples=10)
@given(samples)
def test_what_is_read_is_what_hdrhistogram_itself_says(values: list[int]) -> None:
    whole = HdrHistogram(1, LONGEST, 3)
    for value in values:
        whole.record_value(value)
    found = Histogram.of(counted(values).items()).percentiles()
    assert found is not None
    assert found.mean == pytest.approx(whole.get_mean_value() / 1000, abs=1e-4)
    shares = (50, 90, 95, 99, 99.9)
    assert [found.p50, found.p90, found.p95, found.p99, found.p999] == [
        whole.get_value_at_percentile(share) / 1000 for share in shares
    ]


def test_an_empty_histogram_has_no_percentiles() -> None:
    assert (Histogram().percentiles(), Histogram().percentile(50)) == (None, None)
