"""Whole visits against a cluster of plain objects: what converges, what rests, what waits."""

import pytest

from telemetry_contract.architecture import PRESETS
from telemetry_operator.reconcile.plan import Cause, Step, Visit
from telemetry_operator.reconcile.reasons import Reason
from telemetry_operator.resources.objects import Object
from tests.unit.reconcile.fake_cluster import FakeCluster
from tests.unit.reconcile.stage import Stage

BUILTIN_KAFKA = {"kafka": {"topic": {"partitions": 4}}}


def reasons_of(visit: Visit) -> set[str]:
    return {wait.reason.value for wait in visit.plan.waits}


def keys_done(visits: list[Visit]) -> list[str]:
    return [f"{change.verb.value} {change.key.kind}/{change.key.name}" for visit in visits for change in visit.done]


@pytest.mark.parametrize("preset", PRESETS)
async def test_every_preset_settles_and_then_rests(preset: str) -> None:
    stage = Stage({"architecture": preset})
    await stage.settle()
    stage.cluster.writes.clear()
    assert (await stage.visit()).plan.is_settled
    assert stage.cluster.writes == []


@pytest.mark.parametrize("after", PRESETS)
@pytest.mark.parametrize("before", PRESETS)
async def test_a_change_ends_in_the_objects_of_the_new_architecture(before: str, after: str) -> None:
    stage, fresh = Stage({"architecture": before}), Stage({"architecture": after})
    await stage.settle()
    stage.put({"architecture": after})
    await stage.settle()
    await fresh.settle()
    for kind in ("Deployment", "StatefulSet", "Service", "HorizontalPodAutoscaler", "PodDisruptionBudget", "Job"):
        assert stage.names(kind) == fresh.names(kind)


async def test_an_edit_in_the_middle_of_a_change_converges() -> None:
    stage = Stage({"architecture": "stream-memory"})
    await stage.settle()
    for preset in ("baseline", "kafka", "stream-redis", "redis", "stream-memory", "baseline"):
        stage.put({"architecture": preset})
        for _ in range(3):
            await stage.visit()
    await stage.settle()
    assert stage.names("Deployment") == {"producer", "analytics"}


class KilledError(Exception):
    """Stands for SIGKILL."""


async def visit_killed_after(stage: Stage, most: int) -> None:
    def kill(number: int) -> None:
        if number == most:
            raise KilledError

    with pytest.raises(KilledError):
        await stage.visit(after_write=kill)


def content(cluster: FakeCluster) -> dict[tuple[str, str], Object]:
    """What stands, without what differs by when it was made."""
    kept = ("labels", "annotations", "ownerReferences")
    return {
        key: {"spec": live.get("spec"), "data": live.get("data"), **{name: live["metadata"].get(name) for name in kept}}
        for key, live in cluster.objects.items()
    }


@pytest.mark.parametrize("most", [1, 2, 3])
async def test_an_operator_killed_after_each_write_converges_to_the_same(most: int) -> None:
    stage, calm = Stage({"architecture": "kafka"}), Stage({"architecture": "kafka"})
    await calm.settle()
    for _ in range(200):
        plan = await stage.plan()
        stage.cluster.run_controllers()
        if len(plan.changes) < most:
            break
        await visit_killed_after(stage, most)
    await stage.settle()
    assert content(stage.cluster).keys() == content(calm.cluster).keys()


async def test_a_platform_is_made_step_by_step() -> None:
    stage = Stage({"architecture": "stream-postgres"})
    first = await stage.visit()
    assert {change.key.kind for change in first.done} == {"Secret", "ConfigMap"}
    second = await stage.visit()
    assert second.done[-1].step is Step.SERVERS
    third = await stage.visit()
    assert [change.key.kind for change in third.done] == ["Job"]
    fourth = await stage.visit()
    assert [change.key.name for change in fourth.done if change.key.kind != "Service"] == [
        "demo-consumer",
        "demo-analytics",
        "demo-kafka",  # marked before anything can be in it
        "demo-producer",
    ]


async def test_programs_wait_for_servers_and_say_for_which() -> None:
    stage = Stage()
    stage.cluster.stalled = {"demo-postgres"}
    visit = await stage.visits(4)
    assert [wait.message for wait in visit.plan.waits] == ["demo-postgres: 0 of 1 pods are ready"]
    assert stage.names("Job") == set()


async def test_a_server_away_later_holds_up_nothing() -> None:
    stage = Stage()
    await stage.settle()
    stage.cluster.stalled = {"demo-postgres"}
    stage.cluster.run_controllers()
    stage.cluster.remove("Deployment", "demo-producer")
    visit = await stage.visit()
    assert keys_done([visit]) == ["Apply Deployment/demo-producer"]
    assert reasons_of(visit) == {Reason.STARTING_SERVERS, Reason.ROLLING_OUT}


async def test_a_bad_image_stops_at_the_preparing_job_and_editing_it_back_recovers() -> None:
    stage = Stage()
    await stage.settle()
    before = stage.names("Job")
    stage.put({"images": {"services": "services:typo"}})
    (job,) = [change.key.name for change in (await stage.plan()).changes]
    stage.cluster.stalled = {job}
    visit = await stage.visits(3)
    assert reasons_of(visit) == {Reason.PREPARING}
    assert "services:typo" not in str(stage.live("Deployment", "producer"))
    stage.put({})
    await stage.settle()
    assert stage.names("Job") == before


async def test_a_revision_that_does_not_start_in_one_program_replaces_no_other() -> None:
    stage = Stage({"architecture": "stream-postgres"})
    await stage.settle()
    stage.cluster.stalled = {"demo-consumer"}
    stage.put({"architecture": "stream-postgres", "images": {"services": "services:2"}})
    visit = await stage.visits(5)
    assert [wait.message for wait in visit.plan.waits] == [
        "demo-consumer: 0 of 1 pods are available",
        "demo-analytics is replaced when demo-consumer is",
        "demo-producer is replaced when demo-consumer is",
    ]


async def test_a_changed_field_is_repaired_and_its_author_named() -> None:
    stage = Stage()
    await stage.settle()
    stage.cluster.change("Deployment", "demo-producer", ("spec", "replicas"), 5, manager="kubectl-scale")
    visit = await stage.visit()
    (change,) = visit.done
    assert (change.cause, change.by, change.why) == (Cause.DRIFTED, "kubectl-scale", "spec.replicas: 1 wanted, 5 found")
    assert stage.live("Deployment", "producer")["spec"]["replicas"] == 1


async def test_a_foreign_field_is_left_alone() -> None:
    stage = Stage()
    await stage.settle()
    stage.cluster.change("Service", "demo-producer", ("metadata", "annotations", "team.example/owner"), "blue")
    stage.cluster.writes.clear()
    await stage.visit()
    assert stage.cluster.writes == []


@pytest.mark.parametrize(
    "kind", ["Deployment", "Service", "NetworkPolicy", "ServiceAccount", "ConfigMap", "StatefulSet"]
)
async def test_what_somebody_deletes_comes_back(kind: str) -> None:
    stage = Stage({"networkPolicy": {"enabled": True}})
    await stage.settle()
    names = stage.names(kind)
    for name in names - {"revocations"}:
        stage.cluster.remove(kind, f"demo-{name}")
    await stage.settle()
    assert stage.names(kind) == names


async def test_a_paused_platform_is_observed_and_not_written() -> None:
    stage = Stage()
    await stage.settle()
    stage.put({"paused": True})
    stage.cluster.change("Deployment", "demo-producer", ("spec", "replicas"), 5)
    stage.cluster.writes.clear()
    visit = await stage.visit()
    assert stage.cluster.writes == []
    assert [change.why for change in visit.plan.held] == ["spec.replicas: 1 wanted, 5 found"]


async def test_a_platform_that_is_being_deleted_is_left_to_garbage_collection() -> None:
    stage = Stage()
    await stage.settle()
    stage.cluster.objects["TelemetryPlatform", "demo"]["metadata"]["deletionTimestamp"] = "2026-01-01T00:00:00Z"
    stage.cluster.remove("Deployment", "demo-producer")
    visit = await stage.visit()
    assert visit.plan.leaving
    assert not visit.done


async def test_a_spec_that_the_model_refuses_leads_to_no_write() -> None:
    stage = Stage()
    await stage.settle()
    stage.put({"writes": "direct", "store": "memory"})
    visit = await stage.visit()
    assert visit.plan.refusal is not None
    assert visit.plan.refusal.reason is Reason.INVALID_SPEC
    assert "contradict each other" in visit.plan.refusal.message
    assert not visit.done


async def test_objects_of_a_deleted_platform_of_the_same_name_are_waited_for() -> None:
    stage = Stage()
    await stage.settle()
    old = stage.cluster.objects.pop(("TelemetryPlatform", "demo"))
    stage.put(old["spec"])
    visit = await stage.visit()
    assert not visit.done
    assert "still being removed" in visit.plan.waits[0].message


async def test_a_larger_volume_is_asked_of_the_claim_and_no_pod_is_replaced() -> None:
    stage = Stage({"postgres": {"builtin": {"storage": {"size": "1Gi"}}}})
    await stage.settle()
    template = stage.live("StatefulSet", "postgres")["spec"]["volumeClaimTemplates"]
    stage.put({"postgres": {"builtin": {"storage": {"size": "2Gi"}}}})
    visit = await stage.visit()
    claims = [change for change in visit.done if change.key.kind == "PersistentVolumeClaim"]
    assert [change.why for change in claims] == ["the volume is to have 2Gi"]
    await stage.settle()
    assert stage.live("StatefulSet", "postgres")["spec"]["volumeClaimTemplates"] == template


async def test_a_smaller_volume_is_refused_and_said() -> None:
    stage = Stage({"postgres": {"builtin": {"storage": {"size": "2Gi"}}}})
    await stage.settle()
    stage.put({"postgres": {"builtin": {"storage": {"size": "1Gi"}}}})
    visit = await stage.visit()
    assert [(wait.reason, wait.stuck) for wait in visit.plan.waits][:1] == [(Reason.STORAGE_CHANGE_REFUSED, True)]
