"""Visits of a benchmark, one after the other, on a cluster of plain objects and a master that does as it is told."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import msgspec
import pytest

from telemetry_contract.keys import format_keyring
from telemetry_loadtest.measured import Measured, Searched, Trial, Tried
from telemetry_loadtest.progress import Progress, Stage
from telemetry_loadtest.results import Result, Verdict
from telemetry_loadtest.verdict import Cause
from telemetry_loadtest.windows import Accounts
from telemetry_operator.cluster.errors import ForbiddenError, UnavailableError
from telemetry_operator.cluster.kinds import BENCHMARK
from telemetry_operator.generated import new_keyring
from telemetry_operator.reconcile import benchmark as visited
from telemetry_operator.reconcile.benchmark import BenchmarkReconciler
from telemetry_operator.reconcile.reporting.recorder import Recorder
from telemetry_operator.reconcile.runs.closing import SHARED
from telemetry_operator.reconcile.runs.storing import read_results
from telemetry_operator.reconcile.runs.talking import Address, SilentPodError
from telemetry_operator.reconcile.subject import STOP
from telemetry_operator.resources.objects import Object
from telemetry_operator.specs.benchmark_status import BenchmarkStatus, read_benchmark_status
from tests.support.benchmarks import benchmark_manifest
from tests.support.made_results import Recipe, make_result, short
from tests.unit.reconcile.fake_cluster import NAMESPACE, FakeCluster
from tests.unit.reconcile.runs.given import START, available, secret
from tests.unit.reconcile.runs.given import pod as made_pod

MADE = make_result(short(Recipe(stall=False), 30))
PARTS = ("Job", "Secret", "Service", "NetworkPolicy", "ConfigMap", "ServiceAccount")


class RunCluster(FakeCluster):
    """With statuses; may die at a write."""

    def __init__(self) -> None:
        super().__init__()
        self.dies_at: int | None = None
        self.refused: str | None = None
        """A kind of which no object may be made."""

    async def create(self, built: Object) -> Object:
        if built["kind"] == self.refused:
            raise ForbiddenError("exceeded quota: objects")
        return await super().create(built)

    async def patch_status(self, subject: Object, status: Object) -> Object:
        key = subject["kind"], subject["metadata"]["name"]
        self._note("status of", key)
        self.objects[key]["status"] = status
        return self.objects[key]

    def _note(self, verb: str, key: tuple[str, str]) -> None:
        if self.dies_at is not None and len(self.writes) >= self.dies_at:
            self.dies_at = None
            raise UnavailableError("the operator is replaced here")
        super()._note(verb, key)

    def put(self, built: Object) -> None:
        self.objects[built["kind"], built["metadata"]["name"]] = self._born(built)

    def of_run(self, name: str = "evening") -> set[tuple[str, str]]:
        return {key for key in self.objects if key[0] in PARTS and key[1].startswith(f"{name}-bench")}


class Master:
    """Says how far it is; told to stop, it has measured what it has."""

    def __init__(self) -> None:
        self.stage: Stage | None = None
        self.stopped = ""
        self.trial: Tried | None = None
        self.released = False
        self.readable = True

    async def progress(self) -> Progress:
        began = None if self.stage is None else 1767225600.0
        return Progress(self.stage or Stage.WAITING, began=began, trial=self.trial)

    async def result(self, kind: type[Measured] | type[Searched]) -> Measured | Searched:
        if not self.readable:
            raise SilentPodError("the master answers what this operator cannot read")
        return self.measured() if kind is Measured else self.searched()

    def searched(self) -> Searched:
        """100 a second held, and 200 did not."""
        held = msgspec.structs.replace(self.measured(), cause=Cause.FINISHED)
        broken = msgspec.structs.replace(held, bounds=[msgspec.structs.replace(held.bounds[0], held=False)])
        trials = [Trial(rate=100, after=0, until=1, measured=held), Trial(rate=200, after=1, until=2, measured=broken)]
        cause = Cause.STOPPED if self.stopped else Cause.FINISHED
        return Searched(trials=trials[:1] if self.stopped else trials, cause=cause, detail=self.stopped)

    def measured(self) -> Measured:
        return Measured(
            cause=Cause.STOPPED if self.stopped else Cause.FINISHED, detail=self.stopped, begin=1767225600.0,
            duration=30.0, stages=MADE.stages, seconds=MADE.seconds, summaries=MADE.summaries,
            histograms=MADE.histograms, generator=MADE.generator, bounds=MADE.bounds, accounts=Accounts(),
            freshness=None,
        )  # fmt: skip

    async def stop(self, reason: str) -> None:
        self.stopped, self.stage = reason, Stage.MEASURED

    async def stored(self) -> None:
        self.released = True


class Scene:
    """A platform, a benchmark, a master, and an operator that visits."""

    def __init__(self) -> None:
        self.cluster = RunCluster()
        self.master = Master()
        self.cluster.put_platform("demo", {"architecture": "baseline"})
        platform = self.cluster.objects["TelemetryPlatform", "demo"]
        generation = platform["metadata"]["generation"]
        platform["status"] = available(generation=generation).model_dump(mode="json", by_alias=True)
        keys = {"keys.json": format_keyring(new_keyring(bytes))}
        self.cluster.put({"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "demo-keys"}, **secret(**keys)})
        for name in ("demo-producer", "demo-analytics"):
            service = {"apiVersion": "v1", "kind": "Service", "metadata": {"name": name}}
            self.cluster.put({**service, "spec": {"clusterIP": "10.1.0.1"}})

    def add(self, name: str = "evening", suite: str = "smoke") -> None:
        made = benchmark_manifest(name, NAMESPACE, suite=suite, existingData="Allow")
        made["metadata"] |= {"creationTimestamp": START, "annotations": {}}
        self.cluster.put(made)

    async def visits(self, many: int) -> BenchmarkStatus:
        """What the last of several visits says."""
        for _ in range(many - 1):
            await self.visit()
        return await self.visit()

    async def visit(self, name: str = "evening") -> BenchmarkStatus:
        """By an operator that has just begun: nothing is remembered from the visit before."""
        recorder = Recorder(self.cluster, instance="x")
        reconciler = BenchmarkReconciler(self.cluster, recorder, image="loadtest:1", operator_namespace="ops")
        await reconciler.reconcile_benchmark(NAMESPACE, name)
        return read_benchmark_status(self.cluster.objects[BENCHMARK.kind, name])

    def age(self, field: str) -> None:
        """Let a time in the benchmark's status be long ago."""
        self.cluster.objects[BENCHMARK.kind, "evening"]["status"][field] = START

    def run_pods(self) -> None:
        self.run_pod("bench-master", running={})

    def run_pod(self, component: str, *, address: str | None = "10.0.0.1", **state: Any) -> None:  # noqa: ANN401
        job = self.cluster.objects["Job", f"evening-{component}"]
        pod = made_pod(component, **state)
        pod["metadata"]["labels"] |= job["metadata"]["labels"]
        pod["metadata"]["ownerReferences"] = [{"kind": "Job", "uid": job["metadata"]["uid"]}]
        pod["status"] |= {"podIP": address, "phase": "Failed" if "terminated" in state else "Running"}
        self.cluster.put({"apiVersion": "v1", "kind": "Pod", **pod})

    def result(self, status: BenchmarkStatus) -> Result:
        assert status.result
        return read_results(status.result, [self.cluster.objects["ConfigMap", it] for it in status.result.config_maps])


@pytest.fixture
def scene(monkeypatch: pytest.MonkeyPatch) -> Scene:
    made = Scene()
    _stand_in(monkeypatch, made)
    return made


async def measured(scene: Scene) -> BenchmarkStatus:
    """Visits from the first to the last, with the load in between."""
    scene.add()
    await scene.visits(2)
    scene.run_pods()
    scene.master.stage = Stage.MEASURED
    return await scene.visits(3)


async def test_that_a_run_began_is_written_before_anything_is_made(scene: Scene) -> None:
    scene.add()
    status = await scene.visit()
    assert (status.phase, scene.cluster.of_run()) == ("Starting", set())
    await scene.visit()
    assert {kind for kind, _ in scene.cluster.of_run()} == set(PARTS)


async def test_more_workers_than_a_quota_has_room_for_are_refused_before_anything_is_made(scene: Scene) -> None:
    hard = {"limits.cpu": "3"}
    quota = {"apiVersion": "v1", "kind": "ResourceQuota", "metadata": {"name": "small"}, "spec": {"hard": hard}}
    scene.cluster.put({**quota, "status": {"hard": hard, "used": {}}})
    scene.add()
    status = await scene.visit()
    assert (status.phase, scene.cluster.of_run()) == ("Refused", set())
    assert "ResourceQuota small leaves 3" in (status.reason or "")


async def test_credentials_are_made_once(scene: Scene) -> None:
    scene.add()
    await scene.visit()
    await scene.visit()
    first = scene.cluster.objects["Secret", "evening-bench-credentials"]
    await scene.visit()
    assert scene.cluster.objects["Secret", "evening-bench-credentials"] == first


async def test_a_run_ends_with_its_result_kept_and_its_pods_gone(scene: Scene) -> None:
    status = await measured(scene)
    assert (status.phase, status.verdict, scene.master.released) == ("Finished", Verdict.PASSED, True)
    assert status.result
    kinds = {kind for kind, _ in scene.cluster.of_run()}
    assert kinds == {"ConfigMap", "ServiceAccount"}
    assert ("ConfigMap", status.result.config_maps[0]) in scene.cluster.objects


async def test_a_run_goes_on_without_its_collector_and_says_what_it_lacks(scene: Scene) -> None:
    scene.add()
    await scene.visits(2)
    scene.run_pods()
    scene.run_pod("bench-collector", address=None, terminated={"exitCode": 1})
    assert (await scene.visit()).phase == "Starting"
    scene.master.stage = Stage.RUNNING
    assert (await scene.visit()).phase == "Running"
    scene.master.stage = Stage.MEASURED
    status = await scene.visits(3)
    assert status.verdict == Verdict.PASSED
    why = "the collector's pod had no address: its phase is Failed"
    assert {one.source: one.unavailable for one in scene.result(status).system} == {"servers": why, "pods": why}


async def test_the_images_that_ran_stand_in_the_result(scene: Scene) -> None:
    scene.add()
    await scene.visits(2)
    scene.run_pods()
    for name, image in (("demo-producer-1", "repo@sha256:ab"), ("demo-producer-2", "repo@sha256:cd")):
        labels = {
            "app.kubernetes.io/component": "producer", "app.kubernetes.io/instance": "demo",
            "app.kubernetes.io/managed-by": "telemetry-operator",
        }  # fmt: skip
        pod = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": name, "labels": labels}}
        scene.cluster.put({**pod, "status": {"containerStatuses": [{"name": "producer", "imageID": image}]}})
    scene.master.stage = Stage.MEASURED
    result = scene.result(await scene.visits(3))
    assert result.provenance.images == {"producer": ["repo@sha256:ab", "repo@sha256:cd"]}


async def test_an_operator_replaced_at_any_write_is_carried_on_by_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = Scene()
    _stand_in(monkeypatch, whole)
    await measured(whole)
    for write in range(len(whole.cluster.writes)):
        scene = Scene()
        _stand_in(monkeypatch, scene)
        scene.cluster.dies_at = write
        assert await _until_finished(scene) == Verdict.PASSED
        assert scene.cluster.of_run() == whole.cluster.of_run()


async def test_a_person_ends_a_run_and_what_was_measured_is_kept(scene: Scene) -> None:
    scene.add()
    await scene.visits(2)
    scene.run_pods()
    scene.master.stage = Stage.RUNNING
    assert (await scene.visit()).phase == "Running"
    scene.cluster.objects[BENCHMARK.kind, "evening"]["metadata"]["annotations"] = {STOP: "enough"}
    status = await scene.visits(3)
    assert (status.verdict, status.reason) == (Verdict.ABORTED, "stopped by a person: enough")
    assert status.result


async def test_objects_that_are_refused_for_long_end_the_run(scene: Scene) -> None:
    scene.add()
    await scene.visit()
    scene.cluster.refused = "Job"
    with pytest.raises(ForbiddenError):
        await scene.visit()
    scene.age("startTime")
    status = await scene.visit()
    assert (status.phase, status.verdict, status.reason) == ("Finished", Verdict.ERROR, "exceeded quota: objects")
    await scene.visit()
    assert {kind for kind, _ in scene.cluster.of_run()} == {"ConfigMap", "ServiceAccount"}


async def test_a_result_that_cannot_be_read_ends_the_run(scene: Scene) -> None:
    scene.master.readable = False
    with pytest.raises(SilentPodError):
        await measured(scene)
    scene.age("endTime")
    status = await scene.visit()
    assert (status.phase, status.verdict, status.result) == ("Finished", Verdict.ERROR, None)
    assert "cannot read" in (status.reason or "")


async def test_a_search_tells_its_trials_and_ends_with_the_ceiling(scene: Scene) -> None:
    scene.add(suite="ceiling")
    await scene.visits(2)
    scene.run_pods()
    scene.master.stage, scene.master.trial = Stage.RUNNING, Tried(200, 2, 14, held=100)
    status = await scene.visit()
    assert (status.phase, status.progress) == ("Running", "trial 2: 200/s, 100 held")
    scene.master.stage = Stage.MEASURED
    status = await scene.visits(3)
    assert (status.phase, status.verdict) == ("Finished", Verdict.PASSED)
    assert status.ceiling
    assert (status.ceiling.held, status.ceiling.failed) == (100, 200)
    assert (status.reason or "").startswith("the ceiling lies between 100")
    assert status.result


async def test_a_search_that_a_person_ends_keeps_what_it_knows(scene: Scene) -> None:
    scene.add(suite="ceiling")
    await scene.visits(2)
    scene.run_pods()
    scene.master.stage = Stage.RUNNING
    await scene.visit()
    scene.cluster.objects[BENCHMARK.kind, "evening"]["metadata"]["annotations"] = {STOP: "enough"}
    status = await scene.visits(3)
    assert (status.verdict, status.ceiling and status.ceiling.held) == (Verdict.ABORTED, 100)
    assert (status.reason or "").startswith("stopped by a person: enough; ")


async def test_of_two_runs_one_waits_until_the_other_is_over(scene: Scene) -> None:
    scene.add("evening")
    scene.add("night")
    assert (await scene.visit("evening")).phase == "Starting"
    assert (await scene.visit("night")).phase == "Queued"
    scene.cluster.objects[BENCHMARK.kind, "evening"]["status"]["phase"] = "Finished"
    assert (await scene.visit("night")).phase == "Starting"


async def test_a_benchmark_that_is_being_deleted_is_left_alone(scene: Scene) -> None:
    scene.add()
    scene.cluster.objects[BENCHMARK.kind, "evening"]["metadata"]["deletionTimestamp"] = START
    await scene.visit()
    assert scene.cluster.writes == []


def _stand_in(monkeypatch: pytest.MonkeyPatch, scene: Scene) -> None:
    @asynccontextmanager
    async def reach(_: Address) -> AsyncIterator[Master]:
        yield scene.master

    async def close(_observed: Any, _plan: Any, measured: Measured) -> tuple[Measured, None]:  # noqa: ANN401
        return msgspec.structs.replace(measured, notes=[SHARED]), None

    async def close_trials(_observed: Any, _plan: Any, searched: Searched) -> tuple[Searched, list[None]]:  # noqa: ANN401
        return searched, [None] * len(searched.trials)

    monkeypatch.setattr(visited, "reach_master", reach)
    monkeypatch.setattr(visited, "close_books_of_trials", close_trials)
    monkeypatch.setattr(visited, "close_books", close)


async def _until_finished(scene: Scene) -> Verdict | None:
    scene.add()
    status = BenchmarkStatus()
    for _ in range(12):
        try:
            status = await scene.visit()
        except UnavailableError:
            continue
        if ("Job", "evening-bench-master") in scene.cluster.objects and scene.master.stage is None:
            scene.run_pods()
            scene.master.stage = Stage.MEASURED
    return status.verdict
