"""Writing a plan: in order, as far as it goes, and nothing that is not ours."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from telemetry_operator.cluster.errors import ClusterError, ForbiddenError, RefusedError, UnavailableError
from telemetry_operator.reconcile.apply import AT_ONCE, Applier, NameTakenError
from telemetry_operator.reconcile.plan import Cause, Change, Plan, Step, Verb
from telemetry_operator.resources.context import Context, ReleaseImages
from telemetry_operator.resources.naming import FIELD_MANAGER
from telemetry_operator.resources.objects import Object
from tests.support.waiting import wait_until_async
from tests.unit.reconcile.fake_cluster import FakeCluster

OURS = {"app.kubernetes.io/managed-by": "telemetry-operator", "app.kubernetes.io/instance": "demo"}


def service(name: str, labels: Object | None = None) -> Object:
    metadata = {"name": name, "namespace": "farm", "labels": OURS if labels is None else labels}
    return {"apiVersion": "v1", "kind": "Service", "metadata": metadata, "spec": {"type": "ClusterIP"}}


def change(name: str, step: Step = Step.WORKLOADS, cause: Cause = Cause.MISSING) -> Change:
    return Change(step=step, verb=Verb.APPLY, cause=cause, built=service(name))


def plan_of(*changes: Change) -> Plan:
    return Plan(platform=None, context=Context(uid="u1", images=ReleaseImages(services="s")), changes=changes)


class Refusing(FakeCluster):
    """Refuses objects by name."""

    def __init__(self, **errors: ClusterError) -> None:
        super().__init__()
        self.errors = errors

    async def apply(self, built: Object, *, force: bool = True, manager: str = FIELD_MANAGER) -> Object:
        if error := self.errors.get(built["metadata"]["name"]):
            raise error
        return await super().apply(built, force=force, manager=manager)


async def test_a_refusal_ends_the_visit_after_its_step() -> None:
    cluster = Refusing(b=ForbiddenError("no"))
    plan = plan_of(change("a"), change("b"), change("c"), change("d", Step.PRUNE))
    done, failures = await Applier(cluster).apply(plan)
    assert [one.key.name for one in done] == ["a", "c"]
    assert [one.change.key.name for one in failures] == ["b"]


class Gathering(FakeCluster):
    """Takes writes only when so many have come."""

    def __init__(self, parties: int) -> None:
        super().__init__()
        self.barrier = asyncio.Barrier(parties)

    async def apply(self, built: Object, *, force: bool = True, manager: str = FIELD_MANAGER) -> Object:
        await self.barrier.wait()
        return await super().apply(built, force=force, manager=manager)


async def test_what_is_new_is_written_together() -> None:
    cluster = Gathering(AT_ONCE)
    done, _ = await Applier(cluster).apply(plan_of(*(change(f"s{number}") for number in range(2 * AT_ONCE))))
    assert len(done) == 2 * AT_ONCE


async def test_what_changes_is_written_one_by_one() -> None:
    cluster = Gathering(2)
    plan = plan_of(change("a", cause=Cause.CHANGED), change("b", cause=Cause.CHANGED))
    applying = asyncio.create_task(Applier(cluster).apply(plan))
    await asyncio.sleep(0)
    await wait_until_async(waiting(cluster.barrier, 1), what="the first write")
    for _ in range(10):
        await asyncio.sleep(0)
    assert cluster.barrier.n_waiting == 1
    applying.cancel()
    await asyncio.wait({applying})
    assert cluster.barrier.n_waiting == 0


async def test_who_is_killed_at_a_write_begins_no_other() -> None:
    cluster = FakeCluster()

    def kill(number: int) -> None:
        if number == 2:
            raise KeyError(number)

    with pytest.raises(KeyError):
        await Applier(cluster, after_write=kill).apply(plan_of(*(change(f"s{number}") for number in range(9))))
    assert len(cluster.writes) == 2


async def test_items_of_others_that_make_an_object_invalid_give_way() -> None:
    cluster = Refusing()
    await cluster.create(service("a"))
    cluster.errors = {"a": RefusedError("spec.ports[1].name: Duplicate value")}
    wanted = {**service("a"), "spec": {"type": "ClusterIP", "ports": [{"port": 8080}]}}
    drift = Change(step=Step.WORKLOADS, verb=Verb.APPLY, cause=Cause.DRIFTED, built=wanted)
    done, failures = await Applier(cluster).apply(plan_of(drift))
    assert (len(done), failures) == (1, ())
    assert cluster.objects["Service", "a"]["spec"]["ports"] == [{"port": 8080}]


async def test_an_api_server_that_is_away_is_not_asked_again() -> None:
    cluster = Refusing(b=UnavailableError("away"))
    done, failures = await Applier(cluster).apply(plan_of(change("a"), change("b"), change("c")))
    assert [one.key.name for one in done] == ["a"]
    assert len(failures) == 1


async def test_an_object_of_somebody_else_is_not_taken_over() -> None:
    cluster = FakeCluster()
    await cluster.create(service("a", {"team": "blue"}))
    _, (failure,) = await Applier(cluster).apply(plan_of(change("a")))
    assert isinstance(failure.error, NameTakenError)
    assert cluster.objects["Service", "a"]["metadata"]["labels"] == {"team": "blue"}


@pytest.mark.parametrize("mine", [{"labels": OURS}, {"ownerReferences": [{"kind": "TelemetryPlatform", "uid": "u1"}]}])
async def test_an_object_of_ours_that_was_not_observed_is_repaired(mine: Object) -> None:
    cluster = FakeCluster()
    await cluster.create({**service("a", {}), "metadata": {"name": "a", "namespace": "farm", **mine}})
    done, failures = await Applier(cluster).apply(plan_of(change("a")))
    assert (len(done), failures) == (1, ())


async def test_each_write_is_told_by_its_number() -> None:
    numbers: list[int] = []
    await Applier(FakeCluster(), after_write=numbers.append).apply(plan_of(change("a"), change("b", Step.PRUNE)))
    assert numbers == [1, 2]


async def test_only_the_object_that_was_seen_is_deleted() -> None:
    cluster = FakeCluster()
    await cluster.create(service("a"))
    head = {"kind": "Service", "metadata": {"name": "a", "namespace": "farm", "uid": "another"}}
    deletion = Change(step=Step.PRUNE, verb=Verb.DELETE, cause=Cause.UNWANTED, built=head)
    done, failures = await Applier(cluster).apply(plan_of(deletion))
    assert (done, len(failures)) == ((), 1)
    assert ("Service", "a") in cluster.objects


def waiting(barrier: asyncio.Barrier, parties: int) -> Callable[[], Awaitable[bool]]:
    async def reached() -> bool:
        return barrier.n_waiting == parties

    return reached
