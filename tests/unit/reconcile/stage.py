"""A platform in a cluster of plain objects, visited as the operator visits it."""

from telemetry_operator.reconcile.apply import AfterWrite, Applier
from telemetry_operator.reconcile.observe import observe_platform
from telemetry_operator.reconcile.observed import Backlog, Observed
from telemetry_operator.reconcile.plan import Plan, Visit
from telemetry_operator.reconcile.planning.visit import Surroundings, plan_visit
from telemetry_operator.resources.context import ReleaseImages
from telemetry_operator.resources.objects import Object
from tests.unit.reconcile.fake_cluster import NAMESPACE, FakeCluster

NAME = "demo"
MOST_VISITS = 30

EMPTY = Backlog(records=0, words="0 records are not stored yet")


def no_entropy(size: int) -> bytes:
    return bytes(range(size))


class Stage:
    """One platform, its cluster, and what its consumers say of the stream."""

    def __init__(self, spec: Object | None = None) -> None:
        self.cluster = FakeCluster()
        self.backlog = EMPTY
        self.surroundings = Surroundings(
            images=ReleaseImages(services="services:1"), operator_namespace="operator", entropy=no_entropy
        )
        self.put(spec or {})

    def put(self, spec: Object) -> None:
        self.cluster.put_platform(NAME, spec)

    async def observe(self) -> Observed:
        observed = await observe_platform(self.cluster, NAMESPACE, NAME, ask_backlog=self._ask)
        assert observed is not None
        return observed

    async def plan(self) -> Plan:
        return plan_visit(await self.observe(), self.surroundings)

    async def visit(self, *, after_write: AfterWrite | None = None) -> Visit:
        """One visit, after which everything has time to become ready."""
        observed = await self.observe()
        plan = plan_visit(observed, self.surroundings)
        done, failures = await Applier(self.cluster, after_write=after_write).apply(plan)
        assert not failures, failures
        self.cluster.run_controllers()
        return Visit(observed=observed, plan=plan, done=done)

    async def visits(self, most: int) -> Visit:
        """The last of so many."""
        return [await self.visit() for _ in range(most)][-1]

    async def settle(self) -> list[Visit]:
        """Visits until nothing is left to do."""
        visits = [await self.visit()]
        while not visits[-1].plan.is_settled:
            assert len(visits) < MOST_VISITS, (visits[-1].plan.changes, visits[-1].plan.waits, visits[-1].plan.retiring)
            visits.append(await self.visit())
        return visits

    def names(self, kind: str) -> set[str]:
        """Names of the objects of a kind, without the platform's."""
        return {name.removeprefix(f"{NAME}-") for found, name in self.cluster.objects if found == kind}

    def live(self, kind: str, suffix: str) -> Object:
        return self.cluster.objects[kind, f"{NAME}-{suffix}"]

    async def _ask(self, _consumer: Object, _observed: Observed) -> Backlog:
        return self.backlog
