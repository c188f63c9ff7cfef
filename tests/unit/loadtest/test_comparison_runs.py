import itertools

import msgspec
import numpy as np
import pytest

from telemetry_loadtest.comparison_changes import changes
from telemetry_loadtest.comparison_runs import (
    Change,
    Difference,
    IncomparableError,
    RunsDiffer,
    compare_runs,
)
from telemetry_loadtest.results import Result, Stage, Verdict
from tests.support.made_results import Recipe, make_result, short

ONE_STAGE = (Stage("warm-up", 0, 10, 60, 60, warm_up=True), Stage("hold", 10, 130, 60, 60))


def made(seed: int = 1, *, slower: float = 1.0, failing: float = 0.0) -> Result:
    return make_result(Recipe(seed=seed, slower=slower, failing=failing, stages=ONE_STAGE))


@pytest.fixture(scope="module")
def before() -> Result:
    return made()


def of(found: RunsDiffer, name: str) -> Difference:
    return next(one for one in found.differences if one.name == name)


def test_a_fifth_more_latency_is_worse_and_its_interval_holds_the_truth(before: Result) -> None:
    found = compare_runs(before, made(2, slower=1.2))
    assert found.conclusion is Change.WORSE
    latest = of(found, "latest p50")
    assert latest.conclusion is Change.WORSE
    assert latest.low <= 0.2 <= latest.high
    assert latest.change == pytest.approx(latest.after / latest.before - 1)
    assert of(found, "good share").conclusion is Change.NONE


def test_a_fifth_less_is_better(before: Result) -> None:
    assert compare_runs(made(2, slower=1.2), before).conclusion is Change.BETTER


def test_errors_that_came_are_worse_where_latency_is_not(before: Result) -> None:
    found = compare_runs(before, made(2, failing=0.03))
    assert of(found, "ingest errors").conclusion is Change.WORSE
    assert of(found, "ingest errors").change == pytest.approx(0.03, abs=0.01)
    assert of(found, "good share").conclusion is Change.WORSE
    assert of(found, "ingest p50").conclusion is Change.NONE


def test_a_change_smaller_than_counts_is_neither_worse_nor_better(before: Result) -> None:
    slower = made(2, slower=1.2)
    assert of(compare_runs(before, slower, at_least=0.5), "latest p50").conclusion is Change.SMALL
    assert compare_runs(before, slower, at_least=0.5).conclusion is Change.SMALL


def test_runs_of_the_same_thing_seldom_differ() -> None:
    """Of 15 pairs of six runs one or two may, at 5 %."""
    runs = [made(seed) for seed in range(6)]
    found = [compare_runs(*pair, at_least=0).conclusion for pair in itertools.combinations(runs, 2)]
    assert sum(one is not Change.NONE for one in found) <= 2


def test_a_run_compared_with_itself_shows_no_difference(before: Result) -> None:
    found = compare_runs(before, before)
    assert found.conclusion is Change.NONE
    assert {one.change for one in found.differences} == {0.0}


def test_a_run_too_short_to_show_anything_is_insufficient_data() -> None:
    recipe = short(Recipe(), 29)
    found = compare_runs(make_result(recipe), make_result(recipe))
    assert found.conclusion is Change.UNKNOWN
    assert found.blocks == 0
    assert {one.conclusion for one in found.differences} == {Change.UNKNOWN}


def test_the_warm_up_is_not_compared(before: Result) -> None:
    cold = [
        msgspec.structs.replace(second, endpoints={
            name: msgspec.structs.replace(one, p50=900.0) for name, one in second.endpoints.items()
        }) if second.stage == "warm-up" else second
        for second in before.seconds
    ]  # fmt: skip
    assert compare_runs(before, msgspec.structs.replace(before, seconds=cold)).conclusion is Change.NONE


def test_an_endpoint_that_seldom_answered_is_left_out_and_named(before: Result) -> None:
    quiet = [
        second if second.at % 3 == 0 else msgspec.structs.replace(
            second, endpoints={name: one for name, one in second.endpoints.items() if name != "history"}
        )
        for second in before.seconds
    ]  # fmt: skip
    found = compare_runs(before, msgspec.structs.replace(before, seconds=quiet))
    assert found.left_out == ["history p50", "history p95", "history p99", "history errors"]
    assert np.isfinite([one.change for one in found.differences]).all()


def test_runs_of_other_stages_cannot_be_compared(before: Result) -> None:
    with pytest.raises(IncomparableError, match="the stages differ"):
        compare_runs(before, make_result(short(Recipe(), 40)))


@pytest.mark.parametrize("verdict", [Verdict.INVALID, Verdict.ERROR])
def test_a_run_that_could_not_measure_cannot_be_compared(before: Result, verdict: Verdict) -> None:
    with pytest.raises(IncomparableError, match=f"is {verdict}"):
        compare_runs(before, msgspec.structs.replace(before, verdict=verdict))


def test_what_else_was_not_the_same_is_told(before: Result) -> None:
    provenance = msgspec.structs.replace(before.provenance, seed=9, versions={"telemetry": "0.2.0"})
    found = changes(before, msgspec.structs.replace(before, provenance=provenance, verdict=Verdict.FAILED))
    assert [tuple(one) for one in found] == [
        ("verdict", "Passed", "Failed"),
        ("seed", "1", "9"),
        ("version of locust", "2.47.0", "none"),
        ("version of python", "3.11.7", "none"),
        ("version of telemetry", "0.1.0", "0.2.0"),
    ]
    assert changes(before, before) == []
