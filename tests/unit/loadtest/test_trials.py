"""The plans of a search's trials, and how long all of them can take."""

import msgspec

from telemetry_loadtest.plan import PlannedSearch
from telemetry_loadtest.search import most_trials
from telemetry_loadtest.trials import longest_seconds, trial_plan, trials_of
from tests.unit.loadtest.plans import plan_of

PLAN = plan_of(seconds=20, search=PlannedSearch(50, 0.1), timeout=4.0)


def test_a_trial_is_its_rate_held_behind_a_warm_up_at_the_same() -> None:
    plan = trial_plan(PLAN, 75)
    rates = [(one.seconds, one.pieces[0].rate_begin, one.pieces[0].rate_end, one.warm_up) for one in plan.stages]
    assert rates == [(2, 75, 75, True), (20, 75, 75, False)]
    assert (plan.stages[1].name, plan.search, plan.device_names) == ("75-a-second", None, PLAN.device_names)
    assert msgspec.structs.replace(plan, stages=PLAN.stages, search=PLAN.search) == PLAN


def test_a_search_may_take_as_long_as_all_its_trials() -> None:
    most = most_trials(50, 0.1)
    assert trials_of(PLAN) == most
    assert longest_seconds(PLAN) > most * (22 + 3 * 4)


def test_another_run_lasts_as_long_as_its_curve() -> None:
    assert (trials_of(plan_of()), longest_seconds(plan_of())) == (1, 12)
