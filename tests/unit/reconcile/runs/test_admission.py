import pytest

from telemetry_operator.reconcile.runs.admission import Queued, place_of, refusal_of, unavailable
from telemetry_operator.reconcile.runs.observed import ObservedRun
from telemetry_operator.reconcile.runs.reasons import RunReason
from telemetry_operator.resources.objects import Object
from tests.unit.reconcile.runs.given import available, benchmark, observed, platform

EARLIER, LATER = "2025-12-31T00:00:00Z", "2026-01-02T00:00:00Z"

REFUSED: dict[str, tuple[ObservedRun, RunReason]] = {
    "no platform": (observed(platform=None), RunReason.PLATFORM_MISSING),
    "too many workers": (observed(benchmark(workers=17)), RunReason.RUN_DOES_NOT_FIT),
    "too large batches": (
        observed(benchmark(profile="batch-heavy", batchSize=101), platform=platform(ingest={"maxBatchReadings": 100})),
        RunReason.RUN_DOES_NOT_FIT,
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_cannot_be_had_is_refused_with_its_reason(case: str) -> None:
    given, reason = REFUSED[case]
    said = refusal_of(given)
    assert said is not None
    assert said.reason is reason


def test_a_search_is_a_run_like_others() -> None:
    assert refusal_of(observed(benchmark(suite="ceiling"))) is None


def test_what_can_be_had_is_not_refused() -> None:
    assert (refusal_of(observed()), unavailable(observed())) == (None, None)


@pytest.mark.parametrize("status", [available("False"), available("Unknown"), available(generation=0)])
def test_a_platform_that_is_not_proved_is_not_loaded(status: object) -> None:
    said = unavailable(observed(platform=platform(status)))  # type: ignore[arg-type]
    assert said is not None
    assert said.reason is RunReason.PLATFORM_NOT_AVAILABLE


RUNNING = {"run": "x", "phase": "Running"}
QUEUES: dict[str, tuple[list[Object], Queued | None]] = {
    "alone": ([], None),
    "one that runs": ([benchmark("late", LATER, status=RUNNING)], Queued("late", 1)),
    "one made before": ([benchmark("early", EARLIER)], Queued("early", 1)),
    "one made at once with a name before": ([benchmark("dawn")], Queued("dawn", 1)),
    "one made after": ([benchmark("late", LATER)], None),
    "one that is over": ([benchmark("early", EARLIER, status={"run": "x", "phase": "Finished"})], None),
    "one that was refused": ([benchmark("early", EARLIER, status={"phase": "Refused"})], None),
    "one of another platform": ([benchmark("early", EARLIER, platform="other")], None),
    "several": (
        [benchmark("early", EARLIER), benchmark("late", LATER, status=RUNNING), benchmark("evening")],
        Queued("late", 2),
    ),
}


@pytest.mark.parametrize("case", QUEUES)
def test_one_run_of_a_platform_goes_at_a_time(case: str) -> None:
    others, place = QUEUES[case]
    assert place_of(observed(others=tuple(others))) == place


def test_of_two_that_wait_for_one_another_one_goes_first() -> None:
    one, other = benchmark("a"), benchmark("b")
    places = [place_of(observed(given, others=(one, other))) for given in (one, other)]
    assert places == [None, Queued("a", 1)]
