"""Visits of a comparison, one after the other, on a cluster of plain objects and operators that end anywhere."""

import time
from typing import Any

import msgspec
import pytest

from telemetry_contract.times import format_time
from telemetry_loadtest.comparison_results import CellRecord, Comparison
from telemetry_loadtest.results import Result
from telemetry_operator.cluster.errors import UnavailableError
from telemetry_operator.cluster.kinds import BENCHMARK, COMPARISON, PLATFORM
from telemetry_operator.comparisons.limits import limits_of
from telemetry_operator.reconcile.comparison import ComparisonReconciler
from telemetry_operator.reconcile.comparisons.storing import read_comparison_results
from telemetry_operator.reconcile.reporting.recorder import Recorder
from telemetry_operator.reconcile.runs.storing import build_results
from telemetry_operator.reconcile.subject import STOP
from telemetry_operator.resources.comparison import QUOTA, RECORD_KEY, build_record
from telemetry_operator.resources.objects import Object
from telemetry_operator.specs.comparison import platform_named
from telemetry_operator.specs.comparison_status import ComparisonStatus, read_comparison_status
from tests.support.comparisons import comparison_manifest
from tests.support.made_results import Recipe, make_result, short
from tests.unit.reconcile.fake_cluster import NAMESPACE
from tests.unit.reconcile.runs.given import START, available
from tests.unit.reconcile.test_benchmark import RunCluster

MADE = make_result(short(Recipe(stall=False), 30))
SMALL: dict[str, Any] = {
    "profiles": ["mixed"],
    "blocks": 1,
    "metric": {"name": "p95"},
    "stages": [{"duration": "10s", "rate": 5}],
}
CELLS = 2
_LIMITS = {"resources": {"limits": {"cpu": "500m", "memory": "256Mi"}}}
EQUAL: dict[str, Any] = {
    "platform": {"producer": _LIMITS, "analytics": _LIMITS, "postgres": {"builtin": _LIMITS}},
    "variants": [
        {"architecture": "baseline"},
        {"name": "longer", "architecture": "baseline", "platform": {"retention": "60d"}},
    ],
}


def ending_now() -> Result:
    ended = format_time(time.time_ns() // 1000)
    return msgspec.structs.replace(MADE, provenance=msgspec.structs.replace(MADE.provenance, ended=ended))


class Scene:
    """A comparison, an operator that visits, and a cluster that brings up what is asked for."""

    def __init__(self, **spec: Any) -> None:  # noqa: ANN401 - parts of a manifest
        self.cluster = RunCluster()
        made = comparison_manifest("which", NAMESPACE, **{**SMALL, **spec})
        made["metadata"] |= {"creationTimestamp": START, "annotations": {}}
        self.cluster.put(made)
        self.refuses: set[str] = set()
        """Presets whose runs are refused."""
        self.priority_class: str | None = "compared"

    @property
    def comparison(self) -> Object:
        return self.cluster.objects[COMPARISON.kind, "which"]

    def of_kind(self, kind: str) -> list[Object]:
        return [live for (name, _), live in sorted(self.cluster.objects.items()) if name == kind]

    def records(self) -> list[CellRecord]:
        kept = [one for one in self.of_kind("ConfigMap") if RECORD_KEY in one.get("data", {})]
        return [msgspec.json.decode(one["data"][RECORD_KEY], type=CellRecord) for one in kept]

    async def visit(self) -> ComparisonStatus:
        """By an operator that has just begun: nothing is remembered from the visit before."""
        recorder = Recorder(self.cluster, instance="x")
        reconciler = ComparisonReconciler(self.cluster, recorder, priority_class=self.priority_class)
        await reconciler.reconcile_comparison(NAMESPACE, "which")
        return read_comparison_status(self.comparison)

    async def visits(self, many: int) -> ComparisonStatus:
        for _ in range(many - 1):
            await self.visit()
        return await self.visit()

    def settle(self) -> None:
        """Platforms become available, runs come to their end, and quotas are in force."""
        for quota in self.of_kind("ResourceQuota"):
            quota["status"] = {"hard": quota["spec"]["hard"]}
        for platform in self.of_kind(PLATFORM.kind):
            generation = platform["metadata"]["generation"]
            platform["status"] = available(generation=generation).model_dump(mode="json", by_alias=True)
        for run in self.of_kind(BENCHMARK.kind):
            run["status"] = self._ended(run)

    def _ended(self, run: Object) -> Object:
        platform = self.cluster.objects[PLATFORM.kind, run["spec"]["platform"]]
        if platform["spec"]["architecture"] in self.refuses:
            return {"phase": "Refused", "reason": "it does not fit"}
        parts, kept = build_results(run, ending_now())
        for part in parts:
            self.cluster.put(part)
        return {"phase": "Finished", "verdict": "Passed", "result": kept.model_dump(mode="json", by_alias=True)}

    async def result(self) -> Comparison:
        """Of all its cells."""
        status = await self.to_its_end()
        assert status.result
        parts = [self.cluster.objects["ConfigMap", name] for name in status.result.config_maps]
        return read_comparison_results(status.result, parts)

    async def to_its_end(self, most: int = 40) -> ComparisonStatus:
        status = ComparisonStatus()
        for _ in range(most):
            try:
                status = await self.visit()
            except UnavailableError:
                continue
            self.settle()
        return status


async def test_that_a_cell_began_is_written_before_anything_is_made() -> None:
    scene = Scene()
    status = await scene.visit()
    assert (status.phase, status.run is not None, status.cell) == ("Running", True, None)
    status = await scene.visit()
    assert status.cell
    assert scene.of_kind(PLATFORM.kind) == []
    await scene.visit()
    assert [one["metadata"]["name"] for one in scene.of_kind(PLATFORM.kind)] == [status.cell.object]


async def test_a_cells_platform_goes_with_its_data_and_with_the_comparison() -> None:
    scene = Scene(platform={"deletionPolicy": "Retain", "retention": "7d"})
    await scene.visits(3)
    (platform,) = scene.of_kind(PLATFORM.kind)
    assert (platform["spec"]["deletionPolicy"], platform["spec"]["retention"]) == ("Delete", "7d")
    assert [owner["uid"] for owner in platform["metadata"]["ownerReferences"]] == [scene.comparison["metadata"]["uid"]]


async def test_a_run_begins_when_its_platform_is_available() -> None:
    scene = Scene()
    await scene.visits(4)
    assert scene.of_kind(BENCHMARK.kind) == []
    scene.settle()
    await scene.visit()
    (run,) = scene.of_kind(BENCHMARK.kind)
    assert (run["spec"]["platform"], run["spec"]["profile"]) == (run["metadata"]["name"], "mixed")


async def test_cells_are_run_one_after_the_other_to_a_result() -> None:
    scene = Scene()
    status = await scene.to_its_end()
    assert (status.phase, status.progress, status.cells and status.cells.failed) == ("Finished", "2/2", 0)
    assert [(one.profile, one.outcome) for one in status.profiles] == [("mixed", "insufficient data")]
    assert len((await scene.result()).records) == CELLS


async def test_nothing_but_the_result_is_left_of_it() -> None:
    scene = Scene()
    await scene.to_its_end()
    assert (scene.of_kind(PLATFORM.kind), scene.of_kind(BENCHMARK.kind), scene.records()) == ([], [], [])


async def test_the_next_cell_waits_until_nothing_is_left_of_the_one_before() -> None:
    scene = Scene()
    status = await scene.visits(3)
    assert status.cell
    labels = {"app.kubernetes.io/managed-by": "telemetry-operator", "app.kubernetes.io/instance": status.cell.object}
    scene.cluster.put({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "slow", "labels": labels}})
    assert (await scene.to_its_end(12)).progress == "1/2"
    assert scene.of_kind(PLATFORM.kind) == []
    scene.cluster.remove("Pod", "slow")
    assert (await scene.to_its_end()).phase == "Finished"


async def test_an_operator_replaced_at_any_write_is_carried_on_by_the_next() -> None:
    whole = Scene()
    await whole.to_its_end()
    for write in range(len(whole.cluster.writes)):
        scene = Scene()
        scene.cluster.dies_at = write
        status = await scene.to_its_end()
        assert (status.phase, status.progress) == ("Finished", "2/2")
        assert scene.cluster.objects.keys() - _events(scene) == whole.cluster.objects.keys() - _events(whole)


async def test_a_cell_that_fails_keeps_none_of_the_others_from_being_run() -> None:
    scene = Scene()
    scene.refuses = {"redis"}
    status = await scene.to_its_end()
    assert status.cells is not None
    assert (status.phase, status.cells.done, status.cells.failed) == ("Finished", 2, 1)
    assert ["it does not fit" in event["note"] for event in scene.of_kind("Event")].count(True) == 1


async def test_a_platform_that_never_comes_up_is_a_cell_that_failed() -> None:
    scene = Scene()
    await scene.visits(3)
    scene.comparison["status"]["cell"]["startTime"] = START
    await scene.visit()
    assert ["was not Available" in record.reason for record in scene.records()] == [True]


async def test_a_person_ends_it_and_what_was_measured_is_judged() -> None:
    scene = Scene()
    while not scene.records():
        await scene.visit()
        scene.settle()
    scene.comparison["metadata"]["annotations"] = {STOP: "enough"}
    status = await scene.to_its_end()
    assert (status.phase, status.progress, scene.of_kind(PLATFORM.kind)) == ("Finished", "1/2", [])
    assert status.result
    assert "enough" in (status.reason or "")


@pytest.mark.parametrize(
    ("spec", "reason"),
    [
        ({"platform": {"retension": "7d"}}, "InvalidSpec"),
        ({"slo": {"bounds": [{"endpoint": "history", "p95": "1s"}]}, "profiles": ["write-heavy"]}, "InvalidSpec"),
    ],
    ids=["no platform", "a bound of what nobody calls"],
)
async def test_what_cannot_be_had_is_refused_before_anything_is_made(spec: dict[str, Any], reason: str) -> None:
    scene = Scene(**spec)
    status = await scene.visit()
    assert (status.phase, {it.reason for it in status.conditions}) == ("Refused", {reason})
    assert scene.of_kind(PLATFORM.kind) == []


async def test_the_cells_of_a_ceiling_look_for_it_as_the_comparison_says() -> None:
    scene = Scene(metric={"name": "ceiling"}, stages=[], search={"first": 20, "step": "3s", "precision": 0.5})
    status = await scene.visits(3)
    assert status.plan
    assert status.plan.metric == "ceiling in requests/s, within 50%, each rate held for 3s"
    scene.settle()
    await scene.visit()
    (run,) = scene.of_kind(BENCHMARK.kind)
    assert (run["spec"]["suite"], run["spec"]["stages"]) == ("ceiling", [])
    assert run["spec"]["search"] == {"first": 20, "step": "3s", "precision": 0.5}


async def test_no_further_cell_is_begun_after_the_deadline() -> None:
    scene = Scene(deadline="1h")
    while not scene.records():
        await scene.visit()
        scene.settle()
    scene.comparison["status"]["startTime"] = START
    status = await scene.to_its_end()
    assert (status.progress, {it.reason for it in status.conditions}) == ("1/2", {"DeadlineExceeded", "NoFailure"})


async def test_cells_that_were_had_too_long_before_the_others_of_their_block_are_run_again() -> None:
    scene = Scene()
    while not scene.records():
        await scene.visit()
        scene.settle()
    (record,) = scene.records()
    rested = build_record(
        scene.comparison, record.name, msgspec.json.encode(msgspec.structs.replace(record, ended=START))
    )
    scene.cluster.objects["ConfigMap", rested["metadata"]["name"]]["data"] = rested["data"]
    ran = len([write for write in scene.cluster.writes if write.startswith(f"create {BENCHMARK.kind}")])
    assert (await scene.to_its_end()).progress == "2/2"
    assert len([write for write in scene.cluster.writes if write.startswith(f"create {BENCHMARK.kind}")]) == ran + 2


async def test_a_comparison_that_is_being_deleted_is_left_alone() -> None:
    scene = Scene()
    scene.comparison["metadata"]["deletionTimestamp"] = START
    await scene.visit()
    assert scene.cluster.writes == []


async def test_a_quota_of_the_equal_sums_is_in_force_before_the_first_cell_is_begun() -> None:
    scene = Scene(**EQUAL)
    status = await scene.visits(4)
    (quota,) = scene.of_kind("ResourceQuota")
    assert (status.cell, status.plan and status.plan.quota) == (None, "1500m CPU, 768Mi")
    assert quota["spec"]["hard"] == {"limits.cpu": "1500m", "limits.memory": "768Mi"}
    assert [owner["uid"] for owner in quota["metadata"]["ownerReferences"]] == [scene.comparison["metadata"]["uid"]]
    scene.settle()
    assert (await scene.visit()).cell


async def test_the_quota_counts_the_pods_of_cells_by_their_class() -> None:
    scene = Scene(**EQUAL)
    while not (platforms := scene.of_kind(PLATFORM.kind)):
        await scene.visit()
        scene.settle()
    (expression,) = scene.of_kind("ResourceQuota")[0]["spec"]["scopeSelector"]["matchExpressions"]
    assert (expression["scopeName"], expression["values"]) == ("PriorityClass", ["compared"])
    assert platforms[0]["spec"]["postgres"]["builtin"]["pod"] == {"priorityClassName": "compared"}


async def test_limits_for_each_variant_are_those_of_its_cells() -> None:
    scene = Scene(limits={"cpu": "8", "memory": "6Gi"})
    while not (platforms := scene.of_kind(PLATFORM.kind)):
        await scene.visit()
        scene.settle()
    (quota,) = scene.of_kind("ResourceQuota")
    assert limits_of(platform_named("p", platforms[0]["spec"]).spec).hard == quota["spec"]["hard"]


async def test_the_result_says_what_the_quota_was_and_the_quota_goes() -> None:
    scene = Scene(**EQUAL)
    result = await scene.result()
    assert result.provenance.limits == {"limits.cpu": "1500m", "limits.memory": "768Mi"}
    assert not [said for said in (*result.notes, *result.caveats) if "quota" in said or "equal" in said]
    assert scene.of_kind("ResourceQuota") == []


async def test_a_quota_that_somebody_changes_is_put_back_while_the_cell_goes_on() -> None:
    scene = Scene(**EQUAL)
    while not scene.of_kind(PLATFORM.kind):
        await scene.visit()
        scene.settle()
    scene.cluster.change("ResourceQuota", QUOTA, ("spec", "hard"), {"limits.cpu": "64"})
    await scene.visit()
    assert scene.of_kind("ResourceQuota")[0]["spec"]["hard"] == {"limits.cpu": "1500m", "limits.memory": "768Mi"}
    assert (await scene.to_its_end()).progress == "2/2"


async def test_a_comparison_waits_for_the_quota_of_another() -> None:
    scene = Scene(**EQUAL)
    owner = {"kind": "ArchitectureComparison", "name": "first", "uid": "of-another"}
    metadata = {"name": QUOTA, "ownerReferences": [owner]}
    scene.cluster.put({"apiVersion": "v1", "kind": "ResourceQuota", "metadata": metadata, "spec": {"hard": {}}})
    status = await scene.to_its_end(8)
    assert (status.cell, scene.of_kind(PLATFORM.kind)) == (None, [])
    assert "ArchitectureComparison first" in (status.step or "")
    assert len(scene.of_kind("ResourceQuota")) == 1
    scene.cluster.remove("ResourceQuota", QUOTA)
    assert (await scene.to_its_end()).progress == "2/2"


async def test_where_nothing_makes_variants_equal_it_is_said_before_and_with_the_result() -> None:
    scene = Scene()
    result = await scene.result()
    plan = read_comparison_status(scene.comparison).plan
    assert plan
    assert (plan.quota, "limit of CPU" in (plan.unequal or "")) == (None, True)
    assert ["NotEqual" in event["reason"] for event in scene.of_kind("Event")].count(True) == 1
    assert result.provenance.limits == {}
    assert [note for note in result.notes if note.startswith("Nothing made the variants equal: ")]


async def test_a_comparison_that_was_begun_without_a_quota_goes_on_without_one() -> None:
    scene = Scene(**EQUAL)
    scene.priority_class = None
    await scene.visits(3)
    scene.priority_class = "compared"
    result = await scene.result()
    assert not [write for write in scene.cluster.writes if "ResourceQuota" in write]
    assert "PriorityClass" in result.notes[0]


def _events(scene: Scene) -> set[tuple[str, str]]:
    return {key for key in scene.cluster.objects if key[0] == "Event"}
