import msgspec
import pytest

from telemetry_loadtest.measured import Passed, Tried
from telemetry_loadtest.progress import Progress, Stage
from telemetry_loadtest.results import CeilingFound, CeilingStep, EndpointSecond, Second, Verdict
from telemetry_operator.reconcile.runs import status as told
from telemetry_operator.reconcile.runs.admission import Queued
from telemetry_operator.reconcile.runs.reasons import RunReason, Said
from telemetry_operator.specs.benchmark_status import BenchmarkStatus, Phase, ResultStatus
from tests.support.made_results import make_result
from tests.unit.reconcile.runs.given import START, after, begun, benchmark, observed, plan

KEPT = ResultStatus(config_maps=("a",), bytes=1, sha256="0")
LOADING = Said(RunReason.LOADING, "demo is loaded")


def conditions(status: BenchmarkStatus) -> dict[str, str]:
    return {str(it.type): str(it.status) for it in status.conditions}


def second(at: int, stage: str = "even") -> Progress:
    endpoints = {"latest": EndpointSecond(9, 1, 1.0, 2.5, 3.0, [])}
    one = Second(at, stage, 10, 10, 9, 1, 0, 0, 0, conserved=True, endpoints=endpoints)
    return Progress(Stage.RUNNING, began=1767225600.0, last=Passed(one, "Passed", ""))


def going(at: int, before: dict[str, object] | None = None) -> BenchmarkStatus:
    return told.going(observed(begun(**(before or {}))), plan(), second(at), LOADING, after(at))


STATUSES = {
    "queued": told.queued(observed(), Queued("early", 1), after(0)),
    "begun": told.begun(observed(), after(0)),
    "loading": going(5),
    "closing": told.closing(observed(begun()), after(9)),
}


@pytest.mark.parametrize("name", STATUSES)
def test_what_is_not_over_is_in_progress_for_kstatus(name: str) -> None:
    found = conditions(STATUSES[name])
    assert (found["Ready"], found["Reconciling"], found["Stalled"]) == ("False", "True", "False")


def test_a_refusal_is_stalled_and_has_no_run() -> None:
    status = told.refused(observed(), Said(RunReason.PLATFORM_MISSING, "none"), after(0))
    assert (status.phase, status.run, conditions(status)["Stalled"]) == (Phase.REFUSED, None, "True")


def test_a_run_is_called_the_same_by_two_visits() -> None:
    names = {told.begun(observed(), after(seconds)).run for seconds in (0, 9)}
    assert names == {"evening-evening"}


def test_progress_is_the_share_of_the_load_that_is_over() -> None:
    assert [going(at).progress for at in (0, 12, 99)] == ["4 %", "52 %", "100 %"]


def test_the_newest_second_is_told_at_a_calm_pace() -> None:
    before = going(10).model_dump(mode="json", by_alias=True, exclude_none=True)
    seconds = [going(at, before).live for at in (11, 14, 15)]
    assert [one.second for one in seconds if one] == [10, 10, 15]


def test_a_new_stage_is_told_at_once() -> None:
    before = going(10).model_dump(mode="json", by_alias=True, exclude_none=True)
    status = told.going(observed(begun(**before)), plan(), second(11, "next"), LOADING, after(11))
    assert status.live
    assert (status.live.stage, status.live.p95) == ("next", "2.5ms")


def test_when_the_load_began_is_the_masters_word_and_stays() -> None:
    assert going(5).load_time == START
    assert going(5, {"loadTime": "2025-01-01T00:00:00Z"}).load_time == "2025-01-01T00:00:00Z"


def test_a_result_is_summed_up_without_its_warm_up() -> None:
    result = make_result()
    status = told.finished(observed(begun()), result, KEPT, after(300))
    assert status.rates
    assert 150 < status.rates.offered < 250
    assert (status.verdict, conditions(status)["Ready"], status.live) == (result.verdict, "True", None)
    assert [bound.held for bound in status.bounds] == [bound.held for bound in result.bounds]


def test_an_end_without_a_measurement_is_an_error_that_waits_for_a_person() -> None:
    status = told.ended(observed(begun()), Said(RunReason.MASTER_LOST, "gone"), after(9))
    assert (status.verdict, conditions(status)["Stalled"]) == (Verdict.ERROR, "True")


def test_a_persons_stop_is_no_failure() -> None:
    status = told.ended(observed(benchmark()), Said(RunReason.STOPPED, "enough"), after(9))
    assert (status.verdict, conditions(status)["Degraded"]) == (Verdict.ABORTED, "False")


def test_a_search_tells_what_it_tries_and_what_it_knows() -> None:
    search = plan(suite="ceiling")
    trial = Tried(300, 4, 14, held=200, failed=400)
    told_by_master = msgspec.structs.replace(second(3), trial=trial)
    status = told.going(observed(begun()), search, told_by_master, LOADING, after(60))
    assert status.progress == "trial 4: 300/s, 200 held, 400 failed"
    assert status.ceiling
    assert (status.ceiling.rate, status.ceiling.held, status.ceiling.failed) == (300, 200, 400)


def test_what_a_search_tried_stands_while_its_master_is_silent() -> None:
    tried = {"ceiling": {"trial": 1, "most": 14, "rate": 100}}
    status = told.going(observed(begun(**tried)), plan(suite="ceiling"), None, LOADING, after(60))
    assert status.progress == "trial 1: 100/s"


def test_a_ceiling_that_was_found_stands_with_every_rate_that_was_tried() -> None:
    steps = [CeilingStep(100, held=True, reason="held"), CeilingStep(200, held=False, reason="p95")]
    result = msgspec.structs.replace(make_result(), ceiling=CeilingFound(100, 200, steps))
    status = told.finished(observed(begun()), result, KEPT, after(300))
    assert status.ceiling
    assert (status.ceiling.rate, status.ceiling.held, status.ceiling.failed) == (None, 100, 200)
    assert [(one.rate, one.held) for one in status.ceiling.steps] == [(100, True), (200, False)]


def test_a_run_that_was_ended_has_the_rates_of_the_time_it_was_offered() -> None:
    result = make_result()
    ended = msgspec.structs.replace(result, until=75.5, seconds=[one for one in result.seconds if one.at < 76])
    rates, whole = told.rates_of(ended), told.rates_of(msgspec.structs.replace(ended, until=None))
    assert rates
    assert whole
    assert rates.offered * 60.5 == pytest.approx(whole.offered * 61, rel=1e-4)
