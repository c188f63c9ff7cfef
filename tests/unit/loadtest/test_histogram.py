"""Counts that are merged are the counts of one."""

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


def test_an_empty_histogram_has_no_percentiles() -> None:
    assert (Histogram().percentiles(), Histogram().percentile(50)) == (None, None)
