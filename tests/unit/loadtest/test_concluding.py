"""What trials come to, with the books that are compared only afterwards."""

from collections.abc import Mapping, Sequence

import msgspec
import pytest

from telemetry_loadtest.assembling import Surroundings
from telemetry_loadtest.concluding import conclude_trials
from telemetry_loadtest.measured import Measured, Searched, Trial
from telemetry_loadtest.plan import PlannedSearch
from telemetry_loadtest.results import Books, Bound, Result, Verdict
from telemetry_loadtest.verdict import Cause
from tests.support.made_results import Recipe, make_result, short
from tests.unit.loadtest.measured import measured_of
from tests.unit.loadtest.plans import plan_of

MADE = make_result(short(Recipe(stall=False), 30))
PLAN = plan_of(search=PlannedSearch(100, 0.5))
HELD = Bound("latest", "p95", 100.0, 50.0, 1000, held=True)
BROKEN = Bound("latest", "p95", 100.0, 150.0, 1000, held=False)
WELL = measured_of(MADE)


def measured(*, held: bool) -> Measured:
    return msgspec.structs.replace(WELL, bounds=[HELD if held else BROKEN])


def trial(rate: float, found: Measured, backlog: str = "") -> Trial:
    return Trial(rate=rate, after=0.0, until=1.0, measured=found, backlog=backlog)


def trials(rates: Mapping[float, bool]) -> list[Trial]:
    return [trial(rate, measured(held=held)) for rate, held in rates.items()]


def books(*, closed: bool) -> Books:
    assert MADE.books is not None
    return msgspec.structs.replace(MADE.books, closed=closed, missing=0 if closed else 3)


CLOSED = books(closed=True)


def concluded(searched: Searched, kept: Sequence[Books | None] | None = None) -> Result:
    closed = [CLOSED] * len(searched.trials)
    return conclude_trials(PLAN, searched, kept or closed, lambda _: MADE.provenance, lambda _: Surroundings())


def ends(result: Result) -> tuple[Verdict, float | None, float | None]:
    assert result.ceiling is not None
    return result.verdict, result.ceiling.low, result.ceiling.high


FOUND: Mapping[float, bool] = {100: True, 200: True, 400: False, 300: True}


def test_the_result_is_that_of_the_highest_rate_that_held() -> None:
    result = concluded(Searched(trials=trials(FOUND)))
    assert ends(result) == (Verdict.PASSED, 300, 400)
    assert result.reason.startswith("the ceiling lies between 300 requests a second, which held, and 400")
    assert [stage["name"] for stage in result.plan["stages"]][1] == "300-a-second"  # type: ignore[attr-defined]


def test_a_rate_at_which_data_was_lost_did_not_hold() -> None:
    kept = [CLOSED, CLOSED, CLOSED, books(closed=False)]
    result = concluded(Searched(trials=trials(FOUND)), kept)
    assert ends(result) == (Verdict.PASSED, 200, 300)
    assert "3 acknowledged readings are not stored" in result.reason


def test_a_rate_whose_backlog_the_next_had_to_wait_for_did_not_hold() -> None:
    late = trial(200, measured(held=True), "what was sent could not be read 60 s later")
    result = concluded(Searched(trials=[*trials({100: True}), late]))
    assert ends(result) == (Verdict.PASSED, 100, 200)
    assert "could not be read" in result.reason


def test_where_no_rate_held_the_search_has_failed() -> None:
    result = concluded(Searched(trials=trials({100: False, 50: False})))
    assert ends(result) == (Verdict.FAILED, None, 50)
    assert result.reason.startswith("not even 50")


def test_a_generator_that_was_not_well_makes_the_answer_invalid() -> None:
    ill = msgspec.structs.replace(WELL, generator=msgspec.structs.replace(WELL.generator, faults=["late"]))
    result = concluded(Searched(trials=[*trials({100: True}), trial(200, ill)]))
    assert ends(result) == (Verdict.INVALID, 100, None)
    assert result.reason == "at 200 requests a second: late"


def test_a_trial_that_a_person_ended_is_aborted_and_what_was_known_stands() -> None:
    ended = msgspec.structs.replace(WELL, cause=Cause.STOPPED, detail="enough")
    searched = Searched(trials=[*trials({100: True}), trial(200, ended)], cause=Cause.STOPPED, detail="enough")
    result = concluded(searched)
    assert ends(result) == (Verdict.ABORTED, 100, None)
    assert result.reason == "at 200 requests a second: enough"


@pytest.mark.parametrize(
    ("cause", "verdict"),
    [(Cause.STOPPED, Verdict.ABORTED), (Cause.DEADLINE, Verdict.ABORTED), (Cause.FAILED, Verdict.ERROR)],
)
def test_a_search_that_is_ended_between_two_trials_is_not_whole(cause: Cause, verdict: Verdict) -> None:
    result = concluded(Searched(trials=trials({100: True, 200: False}), cause=cause, detail="so"))
    assert ends(result) == (verdict, 100, 200)
    assert result.reason.startswith("so; the ceiling lies between 100")
