"""When a promise counts as broken."""

import pytest

from telemetry_loadtest.measuring import Counts, Measurement
from telemetry_loadtest.plan import PlannedBound
from telemetry_loadtest.results import Freshness
from telemetry_loadtest.slo import Watch, judge_bounds
from tests.unit.loadtest.plans import LATEST, plan_of, report_of, whole_of

P95 = PlannedBound(LATEST, "p95", 100.0)
ERRORS = PlannedBound(LATEST, "errors", 0.1)
DROPS = PlannedBound(LATEST, "drops", 0.0)
FRESH = PlannedBound("probe", "freshness", 500.0)

GOOD = Counts(10, 0, 10, 0, {50_000: 10})
SLOW = Counts(10, 0, 10, 0, {150_000: 10})
FAILING = Counts(10, 0, 5, 5, {50_000: 5})
DROPPING = Counts(10, 1, 9, 0, {50_000: 9})
FEW = Counts(1, 0, 1, 0, {150_000: 1})

CASES = {
    "never broken": (P95, [GOOD] * 6, []),
    "broken as long as is allowed": (P95, [GOOD, GOOD, SLOW, SLOW, SLOW], [7]),
    "broken one window less": (P95, [GOOD, SLOW, SLOW, GOOD, SLOW, SLOW], []),
    "errors": (ERRORS, [FAILING] * 3, [5]),
    "drops": (DROPS, [GOOD, DROPPING, DROPPING, DROPPING], [6]),
    "windows with too few requests say nothing": (P95, [SLOW, SLOW, FEW, SLOW], [6]),
    "nothing but windows with too few requests": (P95, [FEW] * 6, []),
    "told once": (P95, [SLOW] * 6, [5]),
}


@pytest.mark.parametrize("name", CASES)
def test_a_breach_needs_enough_windows_running_with_enough_requests(name: str) -> None:
    bound, counts, expected = CASES[name]
    watch = Watch(plan_of(bound, window=1, windows=3, samples=5))
    broken = [at + 1 for at, one in enumerate(counts, 2) if watch.look(whole_of(at, one))]
    assert broken == expected


def test_the_warm_up_and_the_grace_are_judged_by_nobody() -> None:
    watch = Watch(plan_of(P95, window=1, windows=1, samples=1, grace=3))
    assert [at for at in range(8) if watch.look(whole_of(at, SLOW))] == [5]


def test_what_comes_after_the_last_arrival_is_judged_by_nobody() -> None:
    watch = Watch(plan_of(P95, window=1, windows=1, samples=1))
    assert not watch.look(whole_of(12, SLOW))


def test_a_window_is_as_long_as_it_is_asked_to_be() -> None:
    watch = Watch(plan_of(P95, window=2, windows=1, samples=15))
    assert [at for at in range(2, 6) if watch.look(whole_of(at, SLOW))] == [3]


def test_a_bound_is_judged_over_everything_behind_the_warm_up() -> None:
    plan = plan_of(P95, ERRORS, DROPS)
    measurement = Measurement(plan)
    measurement.take(report_of(0, good={900_000: 50}, bad=50, stage=0))
    measurement.take(report_of(1, good={40_000: 18}, bad=1, dropped=1))
    p95, errors, drops = judge_bounds(plan, measurement, None, Watch(plan))
    assert (p95.held, errors.held, errors.value, drops.held, drops.value) == (True, True, 0.05, False, 0.05)


def test_a_breach_is_broken_for_good_however_well_the_rest_goes() -> None:
    plan = plan_of(P95, window=1, windows=1, samples=1)
    measurement, watch = Measurement(plan), Watch(plan)
    watch.look(whole_of(2, SLOW))
    measurement.take(report_of(3, good={10_000: 1000}))
    (bound,) = judge_bounds(plan, measurement, None, watch)
    assert (bound.held, bound.breached_at, bound.value) == (False, 3.0, 10.007)


def test_an_endpoint_without_a_good_answer_has_broken_its_percentile_and_one_that_was_not_asked_has_not() -> None:
    plan = plan_of(P95, PlannedBound("ingest", "p95", 100.0))
    measurement = Measurement(plan)
    measurement.take(report_of(0, bad=5))
    assert [one.held for one in judge_bounds(plan, measurement, None, Watch(plan))] == [False, True]


@pytest.mark.parametrize(("p99", "held"), [(400.0, True), (600.0, False), (None, False)])
def test_freshness_is_judged_by_its_p99_and_unmeasured_it_is_not_kept(p99: float | None, held: bool) -> None:
    plan = plan_of(FRESH)
    seen = Freshness(10, 0, 1.0, 1.0, p99, p99)
    assert [one.held for one in judge_bounds(plan, Measurement(plan), seen, Watch(plan))] == [held]
