"""Adding reports up: whole seconds, nothing lost between workers."""

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from telemetry_loadtest.histogram import Histogram, Tally
from telemetry_loadtest.measuring import Measurement, percentile, spread_of
from telemetry_loadtest.results import Measure
from tests.unit.loadtest.plans import LATEST, plan_of, report_of

tallies = st.dictionaries(st.integers(1, 2000), st.integers(1, 50), max_size=8)
counts = st.integers(0, 5)
reports = st.fixed_dictionaries({"good": tallies, "bad": counts, "dropped": counts})


@given(st.lists(st.tuples(reports, reports), min_size=1, max_size=8))
@settings(max_examples=30)
def test_whole_seconds_hold_what_the_workers_reported_and_nothing_else(
    seconds: list[tuple[dict[str, Any], dict[str, Any]]],
) -> None:
    measurement = Measurement(plan_of(workers=2))
    for at, pair in enumerate(seconds):
        for worker, values in enumerate(pair):
            measurement.take(report_of(at, worker, **values))
    told = [values for pair in seconds for values in pair]
    assert sum(one.good for one in measurement.seconds) == sum(sum(one["good"].values()) for one in told)
    assert sum(one.bad for one in measurement.seconds) == sum(one["bad"] for one in told)
    assert sum(one.dropped for one in measurement.seconds) == sum(one["dropped"] for one in told)
    assert all(one.conserved for one in measurement.seconds)


def test_a_second_is_whole_when_every_worker_has_reported_it() -> None:
    measurement = Measurement(plan_of(workers=2))
    assert measurement.take(report_of(0, 0)) == []
    assert measurement.take(report_of(1, 0)) == []
    assert [one.second.at for one in measurement.take(report_of(0, 1))] == [0]


def test_nobody_waits_for_a_worker_that_is_lost() -> None:
    measurement = Measurement(plan_of(workers=2))
    measurement.take(report_of(0, 0))
    assert [one.second.at for one in measurement.lose(1)] == [0]


def test_a_counter_that_disagrees_is_seen() -> None:
    measurement = Measurement(plan_of())
    wrong = report_of(0, good={5: 3})
    wrong.in_flight = 1
    assert not measurement.take(wrong)[0].second.conserved


def test_the_histograms_of_a_stage_hold_every_answer_once() -> None:
    measurement = Measurement(plan_of(workers=2))
    measurement.take(report_of(0, 0, good={700: 2, 900: 1}))
    measurement.take(report_of(0, 1, good={700: 5}, bad=2))
    good, bad = (
        next(one for one in measurement.histograms() if one.good is good and one.measure is Measure.LATENCY)
        for good in (True, False)
    )
    assert (good.stage, good.endpoint, good.status, good.count) == ("even", LATEST, "200", 8)
    assert Histogram.decode(good.encoded).values() == [(700, 7), (900, 1)]
    assert (bad.status, bad.count) == ("503", 2)


def test_the_warm_up_is_no_part_of_what_is_judged() -> None:
    measurement = Measurement(plan_of())
    measurement.take(report_of(0, good={10: 4}, bad=4, stage=0))
    measurement.take(report_of(1, good={30: 6}, dropped=2, stage=1))
    assert measurement.shares(LATEST) == (8, 0, 2)
    assert measurement.good_latencies(LATEST).count == 6


@given(st.dictionaries(st.integers(1, 2000), st.integers(1, 50), min_size=1, max_size=20), st.floats(0, 100))
def test_a_percentile_has_that_share_of_the_values_at_or_below_it(tally: Tally, share: float) -> None:
    found = percentile(tally, share)
    assert found is not None
    below = sum(many for value, many in tally.items() if value <= found * 1000 + 1e-6)
    assert below >= share / 100 * sum(tally.values()) - 1e-6


def test_the_spread_puts_values_into_tenths_of_a_power_of_ten() -> None:
    assert spread_of({1: 1, 10: 2, 999: 1, 1000: 3}) == [(0, 1), (10, 2), (29, 1), (30, 3)]
