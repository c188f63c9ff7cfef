import numpy as np
import pytest

from telemetry_loadtest.histogram import Histogram
from telemetry_loadtest.report.series import heat_map, levels, percentiles_of, tail, timeline
from telemetry_loadtest.results import Result
from tests.support.made_results import STALL


def test_a_short_run_has_a_point_for_every_second(result: Result) -> None:
    line = timeline(result)
    assert line.step == 1
    assert list(line.mean([one.good for one in result.seconds])) == [one.good for one in result.seconds]


def test_a_long_run_is_thinned_without_losing_requests_or_peaks(result: Result) -> None:
    line = timeline(result, most=39)
    offered = [one.offered for one in result.seconds]
    assert len(line.at) == 39
    assert line.mean(offered).sum() * line.step == pytest.approx(sum(offered))
    p99 = percentiles_of(result, "ingest", "p99")
    assert line.most(p99).max() == max(p99)
    assert line.at[int(line.most(p99).argmax())] <= STALL


def test_a_second_without_answers_has_no_percentile(result: Result) -> None:
    assert np.isnan(percentiles_of(result, "nothing", "p50")).all()


def test_the_heat_map_holds_every_answer_where_it_was(result: Result) -> None:
    found = heat_map(result)
    assert found is not None
    assert found.counts.sum() == sum(one.good + one.bad for one in result.seconds)
    slow = found.counts[found.latencies[:-1] > 200].sum(axis=0)
    assert [found.times[column] <= STALL < found.times[column + 1] for column in np.flatnonzero(slow)] == [True]


def test_levels_rise_with_the_count_and_leave_out_nought() -> None:
    found = levels(np.array([[0, 1, 5, 50, 400]]), 7)
    assert found[0, 0] == -1
    assert list(found[0]) == sorted(found[0])
    assert found[0, -1] == 6


def test_the_tail_of_a_distribution_goes_to_its_longest() -> None:
    rare, latency = tail(Histogram.of([(1000, 990), (50_000, 10)]))
    assert rare[-1] == pytest.approx(1000)
    assert latency[0] == pytest.approx(1, rel=0.01)
    assert latency[-1] == pytest.approx(50, rel=0.01)
    assert latency[rare < 95].max() == pytest.approx(1, rel=0.01)
