"""A result from its parts, and counts that contradict one another."""

from collections.abc import Callable

import msgspec
import pytest

from telemetry_loadtest.assembling import Surroundings, assemble
from telemetry_loadtest.measured import Measured, cut_short
from telemetry_loadtest.results import Result, Second, Verdict
from tests.support.made_results import make_result
from tests.unit.loadtest.measured import measured_of
from tests.unit.loadtest.plans import plan_of

MADE = make_result()


def assembled(measured: Measured) -> Result:
    return assemble(plan_of(), MADE.provenance, measured, MADE.books, Surroundings())


def changed(at: int, change: Callable[[Second], Second]) -> Measured:
    measured = measured_of(MADE)
    seconds = [change(one) if one.at == at else one for one in measured.seconds]
    return msgspec.structs.replace(measured, seconds=seconds)


@pytest.mark.parametrize("name", ["offered", "good", "bad", "dropped", "in_flight", "waiting"])
def test_a_second_whose_counts_do_not_add_up_makes_the_run_an_error(name: str) -> None:
    result = assembled(changed(30, lambda one: msgspec.structs.replace(one, **{name: getattr(one, name) + 1})))
    assert result.verdict is Verdict.ERROR
    assert result.reason.startswith("from second 30 on, offered is not")


def test_counters_that_disagreed_in_the_engine_make_the_run_an_error() -> None:
    assert assembled(changed(7, lambda one: msgspec.structs.replace(one, conserved=False))).verdict is Verdict.ERROR


def test_what_is_in_flight_at_a_seconds_end_is_no_loss() -> None:
    first = changed(0, lambda one: msgspec.structs.replace(one, good=one.good - 2, in_flight=2))
    seconds = [msgspec.structs.replace(one, good=one.good + 2) if one.at == 1 else one for one in first.seconds]
    assert assembled(msgspec.structs.replace(first, seconds=seconds)).verdict is not Verdict.ERROR


def test_a_lost_worker_takes_counts_with_it() -> None:
    torn = changed(30, lambda one: msgspec.structs.replace(one, good=one.good - 1))
    generator = msgspec.structs.replace(torn.generator, lost_workers=1, faults=["worker 1 was lost"])
    assert assembled(msgspec.structs.replace(torn, generator=generator)).verdict is Verdict.INVALID


def test_a_run_that_ends_within_a_second_has_offered_no_longer() -> None:
    """195 s were planned, and 75.25 s offered: a minute whole, and a quarter of the first second of the next stage."""
    measured = measured_of(MADE)
    ended = cut_short(measured, 75.25)
    assert ended.until == 75.25
    assert {one.stage for one in ended.seconds if one.at > 75} == {"draining"}
    offered = {one.stage: one.offered for one in assembled(ended).stage_summaries}
    whole = {one.stage: one.offered for one in assembled(measured).stage_summaries}
    assert offered["hold 100"] == whole["hold 100"]
    ramp = sum(one.offered for one in measured.summaries if one.stage == "ramp")
    assert offered["ramp"] == pytest.approx(ramp / 0.25)
    assert "hold 300" not in offered


@pytest.mark.parametrize("until", [None, 195.0])
def test_a_run_that_went_to_its_end_is_whole(until: float | None) -> None:
    assert cut_short(measured_of(MADE), until) == measured_of(MADE)
