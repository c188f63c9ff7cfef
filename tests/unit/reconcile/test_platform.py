"""One visit from end to end, with everything around it put in its place."""

from telemetry_operator.cluster.errors import ForbiddenError
from telemetry_operator.reconcile.plan import Visit
from telemetry_operator.reconcile.platform import Reconciler
from telemetry_operator.resources.naming import FIELD_MANAGER
from telemetry_operator.resources.objects import Object
from tests.unit.reconcile.fake_cluster import NAMESPACE
from tests.unit.reconcile.stage import NAME, Stage


class Reporter:
    """Keeps what it is told."""

    def __init__(self, again: float | None = None) -> None:
        self.visits: list[Visit] = []
        self.again = again

    async def report(self, visit: Visit) -> float | None:
        self.visits.append(visit)
        return self.again


async def test_a_visit_is_reported_with_what_was_done() -> None:
    stage, reporter = Stage(), Reporter()
    visit = await Reconciler(stage.cluster, stage.surroundings, reporter).reconcile_platform(NAMESPACE, NAME)
    assert visit is not None
    assert {change.key.kind for change in visit.done} == {"Secret", "ConfigMap"}
    assert reporter.visits[0].done == visit.done


async def test_the_sooner_of_two_looks_counts() -> None:
    stage = Stage()
    await stage.settle()
    visit = await Reconciler(stage.cluster, stage.surroundings, Reporter(7.0)).reconcile_platform(NAMESPACE, NAME)
    assert visit is not None
    assert visit.again_seconds == 7.0


async def test_a_platform_that_is_gone_is_nothing_to_report() -> None:
    stage, reporter = Stage(), Reporter()
    assert await Reconciler(stage.cluster, stage.surroundings, reporter).reconcile_platform(NAMESPACE, "other") is None
    assert reporter.visits == []


async def test_a_write_that_is_refused_is_reported() -> None:
    stage, reporter = Stage(), Reporter()

    async def refuse(built: Object, *, force: bool = True, manager: str = FIELD_MANAGER) -> Object:
        raise ForbiddenError(f"no right to {built['kind']} ({force}, {manager})")

    reconciler = Reconciler(stage.cluster, stage.surroundings, reporter)
    await reconciler.reconcile_platform(NAMESPACE, NAME)
    stage.cluster.apply = refuse  # type: ignore[method-assign] # for this test
    await reconciler.reconcile_platform(NAMESPACE, NAME)
    assert {str(failure.error)[:12] for failure in reporter.visits[1].failures} == {"no right to "}


async def test_a_platform_at_rest_is_looked_at_without_asking_what_is_now() -> None:
    stage = Stage()
    await stage.settle()
    stage.cluster.lists_as_of_now = 0
    await Reconciler(stage.cluster, stage.surroundings, Reporter()).reconcile_platform(NAMESPACE, NAME)
    assert stage.cluster.lists_as_of_now == 0


async def test_nothing_is_taken_away_that_is_there_only_by_an_older_look() -> None:
    stage = Stage({"architecture": "stream-redis"})
    await stage.settle()
    redis = stage.live("StatefulSet", "redis")
    stage.put({"architecture": "stream-postgres"})
    await stage.settle()
    stage.cluster.writes.clear()
    stage.cluster.remembered = {**stage.cluster.objects, ("StatefulSet", redis["metadata"]["name"]): redis}
    visit = await Reconciler(stage.cluster, stage.surroundings, Reporter()).reconcile_platform(NAMESPACE, NAME)
    assert visit is not None
    assert visit.plan.is_settled
    assert stage.cluster.writes == []
