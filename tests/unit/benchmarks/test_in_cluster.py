from typing import Any

import pytest

from telemetry_operator.benchmarks.in_cluster import COMPARISONS, RUNS, NotKeptError, find_result
from telemetry_operator.reconcile.comparisons.storing import build_comparison_results
from telemetry_operator.reconcile.runs.storing import build_results
from telemetry_operator.resources.objects import Kind, Object
from tests.support.comparisons import comparison_manifest
from tests.support.made_comparisons import made_comparison, seven
from tests.support.made_results import Recipe, make_result, short
from tests.unit.reconcile.runs.given import benchmark

RESULT = make_result(short(Recipe(stall=False), 30))
PARTS, KEPT = build_results(benchmark(), RESULT, most=5_000)
FINISHED = {"phase": "Finished", "result": KEPT.model_dump(mode="json", by_alias=True)}

COMPARED = made_comparison(seven())


class Cluster:
    """Objects of one namespace, by name."""

    def __init__(self, *objects: Object) -> None:
        self.objects = {one["metadata"]["name"]: one for one in objects}

    async def get(self, _kind: Kind, _namespace: str, name: str) -> Object | None:
        return self.objects.get(name)

    async def list(self, *_: Any, **__: Any) -> tuple[Object, ...]:  # noqa: ANN401 - never called
        raise AssertionError


@pytest.mark.parametrize(
    ("cluster", "told"),
    [
        (Cluster(), "there is no TelemetryBenchmark evening in home"),
        (Cluster(benchmark()), "no operator has looked at it yet"),
        (Cluster(benchmark(status={"phase": "Running", "step": "demo is loaded"})), "demo is loaded"),
        (Cluster(benchmark(status={"phase": "Refused", "reason": "no platform"})), "no platform"),
        (Cluster(benchmark(status=FINISHED)), "not as they were written"),
    ],
    ids=["none", "new", "running", "refused", "parts gone"],
)
async def test_what_is_not_kept_is_told_with_its_reason(cluster: Cluster, told: str) -> None:
    with pytest.raises(NotKeptError, match=told):
        await find_result(cluster, RUNS, "home", "evening")


async def test_what_a_comparison_came_to_is_found_by_its_status() -> None:
    comparison = {
        **comparison_manifest("which", "home"),
        "metadata": {"name": "which", "namespace": "home", "uid": "u"},
    }
    parts, kept = build_comparison_results(comparison, COMPARED)
    comparison["status"] = {"phase": "Finished", "result": kept.model_dump(mode="json", by_alias=True)}
    assert await find_result(Cluster(comparison, *parts), COMPARISONS, "home", "which") == COMPARED


async def test_a_comparison_without_a_result_is_told_with_its_reason() -> None:
    comparison = {**comparison_manifest("which", "home"), "status": {"phase": "Running", "step": "3 is loaded"}}
    with pytest.raises(NotKeptError, match="3 is loaded"):
        await find_result(Cluster(comparison), COMPARISONS, "home", "which")
