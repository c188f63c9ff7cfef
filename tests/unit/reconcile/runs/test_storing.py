from dataclasses import replace

import pytest

from telemetry_loadtest.results import NotAResultError
from telemetry_operator.reconcile.runs.storing import KEY, build_results, read_results
from tests.support.made_results import STAGES, Recipe, make_result
from tests.unit.reconcile.runs.given import benchmark

RESULT = make_result(replace(Recipe(), stages=STAGES[:2], stall=False))


def test_a_result_in_parts_is_the_same_read_back() -> None:
    objects, kept = build_results(benchmark(), RESULT, most=10_000)
    assert len(objects) > 1
    assert [one["metadata"]["name"] for one in objects] == list(kept.config_maps)
    assert read_results(kept, objects) == RESULT


def test_equal_results_are_kept_in_equal_objects() -> None:
    assert build_results(benchmark(), RESULT) == build_results(benchmark(), RESULT)


def test_a_result_goes_with_its_benchmark_and_with_nothing_else() -> None:
    (one,), _ = build_results(benchmark(), RESULT)
    assert [owner["uid"] for owner in one["metadata"]["ownerReferences"]] == ["evening-uid"]
    assert "app.kubernetes.io/instance" not in one["metadata"]["labels"]


def test_parts_that_somebody_changed_are_no_result() -> None:
    (one,), kept = build_results(benchmark(), RESULT)
    with pytest.raises(NotAResultError, match="somebody changed"):
        read_results(kept, [{**one, "binaryData": {KEY: "AAAA"}}])
