"""What an architecture no longer has: in which order it goes, and what keeps it."""

import pytest

from telemetry_operator.reconcile.observed import Backlog
from telemetry_operator.reconcile.plan import Visit
from telemetry_operator.reconcile.reasons import Reason
from telemetry_operator.resources.objects import Object
from tests.unit.reconcile.stage import EMPTY, Stage

UNKNOWN = Backlog(records=None, words="pod demo-consumer-pod-0 does not answer")
MANY = Backlog(records=42, words="42 records are not stored yet")


async def changed(before: str, after: str, backlog: Backlog = EMPTY, visits: int = 8) -> tuple[Stage, Visit]:
    """A stage some visits after a change of architecture."""
    stage = Stage({"architecture": before})
    await stage.settle()
    stage.backlog = backlog
    stage.put({"architecture": after})
    return stage, await stage.visits(visits)


@pytest.mark.parametrize(("backlog", "reason"), [(UNKNOWN, Reason.DRAIN_BLOCKED), (MANY, Reason.DRAINING)])
async def test_consumer_and_kafka_stay_until_the_stream_is_known_to_be_empty(backlog: Backlog, reason: Reason) -> None:
    stage, visit = await changed("stream-postgres", "baseline", backlog)
    assert [wait.reason for wait in visit.plan.waits] == [reason]
    assert backlog.words in visit.plan.waits[0].message
    assert stage.names("Deployment") == {"consumer", "producer", "analytics"}
    assert "kafka" in stage.names("StatefulSet")


async def test_a_drain_that_comes_to_its_end_lets_the_consumer_go_and_then_kafka() -> None:
    stage, _ = await changed("stream-postgres", "baseline", MANY)
    stage.backlog = EMPTY
    stage.cluster.writes.clear()
    await stage.settle()
    deletions = [write for write in stage.cluster.writes if write.startswith("delete")]
    assert deletions.index("delete Deployment/demo-consumer") < deletions.index("delete StatefulSet/demo-kafka")
    assert stage.names("StatefulSet") == {"postgres"}


async def test_no_producer_of_the_old_architecture_is_overlooked() -> None:
    stage, _ = await changed("stream-postgres", "baseline", MANY)
    stage.backlog = EMPTY
    pod = stage.cluster.objects["Pod", "demo-producer-pod-0"]
    pod["metadata"]["annotations"]["telemetry.dev/template"] = "old"
    visit = await stage.visit()
    assert [wait.reason for wait in visit.plan.waits] == [Reason.DRAINING]
    assert "demo-producer-pod-0" in visit.plan.waits[0].message


async def test_kafka_stays_if_its_consumer_was_deleted_by_hand_before_it_was_empty() -> None:
    stage, _ = await changed("stream-postgres", "baseline", MANY)
    stage.cluster.remove("Deployment", "demo-consumer")
    visit = await stage.visits(3)
    assert [(wait.reason, wait.stuck) for wait in visit.plan.waits] == [(Reason.DRAIN_BLOCKED, True)]
    assert "kafka" in stage.names("StatefulSet")


async def test_kafka_that_no_producer_ever_wrote_to_goes_without_a_drain() -> None:
    stage = Stage({"architecture": "baseline"})
    await stage.settle()
    stage.cluster.stalled = {"demo-kafka"}
    stage.put({"architecture": "stream-postgres"})
    await stage.visits(3)
    stage.put({"architecture": "baseline"})
    await stage.settle()
    assert stage.names("StatefulSet") == {"postgres"}


async def test_going_back_in_the_middle_of_a_drain_keeps_everything() -> None:
    stage, _ = await changed("stream-postgres", "baseline", MANY)
    stage.cluster.writes.clear()
    stage.put({"architecture": "stream-postgres"})
    await stage.settle()
    assert not [write for write in stage.cluster.writes if write.startswith("delete") and "Job/" not in write]
    assert "telemetry.dev/unread" in stage.live("StatefulSet", "kafka")["metadata"]["annotations"]


async def test_history_in_memory_is_brought_into_postgres_before_writes_become_direct() -> None:
    stage, _ = await changed("stream-memory", "baseline", MANY, visits=5)
    writes = [
        env["value"]
        for env in stage.live("Deployment", "producer")["spec"]["template"]["spec"]["containers"][0]["env"]
        if env["name"] == "TELEMETRY_WRITES"
    ]
    assert writes == ["kafka"]
    assert '"name": "TELEMETRY_STORE", "value": "postgres"' in str(stage.live("Deployment", "consumer")).replace(
        "'", '"'
    )


@pytest.mark.parametrize("after", ["baseline", "stream-postgres"])
async def test_a_consumer_that_still_keeps_history_in_memory_is_not_believed(after: str) -> None:
    stage, _ = await changed("stream-memory", after, MANY)
    stage.backlog = EMPTY
    pod = stage.cluster.objects["Pod", "demo-consumer-pod-0"]
    pod["metadata"]["annotations"]["telemetry.dev/template"] = "of the store in memory"
    stage.cluster.writes.clear()
    await stage.visit()
    assert stage.cluster.writes == []


async def test_a_topic_keeps_its_records_until_they_are_in_postgres() -> None:
    stage, _ = await changed("stream-memory", "stream-postgres", MANY)
    assert retention_of(stage) == 30 * 86_400 + 300
    stage.backlog = EMPTY
    await stage.settle()
    assert retention_of(stage) == 86_400


def retention_of(stage: Stage) -> int:
    """Seconds that the topic was last told to keep records."""
    (job,) = (live for (kind, _), live in stage.cluster.objects.items() if kind == "Job")
    told = job["spec"]["template"]["spec"]["containers"][0]["env"]
    return next(int(env["value"]) for env in told if env["name"] == "TELEMETRY_TOPIC_RETENTION_SECONDS")


@pytest.mark.parametrize(("policy", "claims"), [("Retain", {"data-demo-kafka-0"}), ("Delete", set())])
async def test_a_removed_servers_volume_follows_the_deletion_policy(policy: str, claims: set[str]) -> None:
    stage = Stage({"architecture": "stream-postgres", "deletionPolicy": "Delete" if policy == "Retain" else "Retain"})
    await stage.settle()
    # In the same edit: Kafka's StatefulSet was made under the other policy.
    stage.put({"architecture": "baseline", "deletionPolicy": policy})
    await stage.settle()
    assert {name for name in stage.names("PersistentVolumeClaim") if "kafka" in name} == claims


@pytest.mark.parametrize(
    "after",
    [{"architecture": "stream-memory"}, {"postgres": {"provider": "external", "external": {"address": "db:5432"}}}],
)
async def test_no_edit_deletes_history_it_goes_with_the_platform_alone(after: Object) -> None:
    stage = Stage({"architecture": "stream-postgres", "deletionPolicy": "Delete"})
    await stage.settle()
    claim = stage.cluster.objects["PersistentVolumeClaim", "data-demo-postgres-0"]
    stage.put({"architecture": "stream-postgres", "deletionPolicy": "Delete", **after})
    await stage.settle()
    assert "postgres" not in stage.names("StatefulSet")
    assert stage.cluster.objects["PersistentVolumeClaim", "data-demo-postgres-0"] is claim
    assert owners_of(stage, "postgres") == ["TelemetryPlatform"]


async def test_volumes_left_behind_go_with_the_platform_if_the_policy_becomes_delete() -> None:
    stage = Stage({"architecture": "stream-postgres"})
    await stage.settle()
    stage.put({"architecture": "baseline"})
    await stage.settle()
    stage.put({"architecture": "baseline", "deletionPolicy": "Delete"})
    await stage.settle()
    assert owners_of(stage, "kafka") == ["TelemetryPlatform"]
    assert owners_of(stage, "postgres") == ["StatefulSet"]
    stage.put({"architecture": "baseline", "deletionPolicy": "Retain"})
    await stage.settle()
    assert owners_of(stage, "kafka") == []


def owners_of(stage: Stage, server: str) -> list[str]:
    claim = stage.cluster.objects["PersistentVolumeClaim", f"data-demo-{server}-0"]
    return [owner["kind"] for owner in claim["metadata"].get("ownerReferences") or ()]


async def test_old_pods_keep_what_they_connect_by_until_they_are_gone() -> None:
    stage = Stage({"architecture": "stream-postgres", "networkPolicy": {"enabled": True}})
    await stage.settle()
    stage.backlog = MANY
    stage.put({"architecture": "baseline", "networkPolicy": {"enabled": True}})
    await stage.visits(6)
    assert "TELEMETRY_KAFKA_SASL_PASSWORD" in stage.live("Secret", "connections")["data"]
    assert "9092" in str(stage.live("NetworkPolicy", "producer"))
    stage.backlog = EMPTY
    await stage.settle()
    assert "TELEMETRY_KAFKA_SASL_PASSWORD" not in stage.live("Secret", "connections")["data"]
    assert "9092" not in str(stage.live("NetworkPolicy", "producer"))
