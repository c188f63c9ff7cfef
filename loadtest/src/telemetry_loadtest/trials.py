"""A search within one run: what each trial's plan is, and how long all of them can take.

The engine's master tries one rate after the other (`search`); between two of them it waits until what the trial before
has left is readable, so that none begins on another's backlog.
"""

from typing import Final

import msgspec

from telemetry_loadtest.plan import PieceOfRate, Plan, PlannedSearch, PlannedStage
from telemetry_loadtest.search import Search, most_trials
from telemetry_loadtest.suites import even

SETTLING: Final = 60.0  # seconds until what a trial left must be readable; the books of a run wait for as long
LOOKS: Final = 2  # how often that is waited for: once more for the next trial, when it says that the rate did not hold
BETWEEN: Final = 10.0  # seconds of a trial's words between master and workers, its common start included


def search_of(planned: PlannedSearch) -> Search:
    return Search(planned.first, planned.precision)


def trial_stages(rate: float, warm_up: PlannedStage, seconds: float) -> list[PlannedStage]:
    """The stages of a trial: an even rate, behind a warm-up at the same."""
    before = msgspec.structs.replace(warm_up, pieces=[PieceOfRate(warm_up.seconds, rate, rate)])
    return [before, even(rate, seconds)]


def trial_plan(plan: Plan, rate: float) -> Plan:
    """The run of one rate, out of the plan of a search."""
    warm_up, held = plan.stages
    return msgspec.structs.replace(plan, stages=trial_stages(rate, warm_up, held.seconds), search=None)


def trials_of(plan: Plan) -> int:
    """How many loads a run can come to have."""
    return most_trials(plan.search.first, plan.search.precision) if plan.search else 1


def longest_seconds(plan: Plan) -> float:
    """From the first arrival that is due to the last, at most; a search's trials wait for their answers in between."""
    load = plan.curve.seconds
    return load if plan.search is None else trials_of(plan) * (load + 3 * plan.timeout + LOOKS * SETTLING + BETWEEN)
