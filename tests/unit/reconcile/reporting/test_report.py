from telemetry_contract.keys import Keyring
from telemetry_operator.cluster.errors import NotFoundError
from telemetry_operator.reconcile.reporting.readiness import Prober
from telemetry_operator.reconcile.reporting.report import FAILING_LOOK_SECONDS, Reporter
from telemetry_operator.resources.objects import Object
from telemetry_operator.specs.status import read_status
from tests.unit.reconcile import recordings
from tests.unit.reconcile.reporting.test_readiness import visit
from tests.unit.reconcile.visits import visit_of


class Server:
    """Stands in for the API server: keeps what is written."""

    def __init__(self, *, gone: bool = False) -> None:
        self.gone = gone
        self.events: list[str] = []
        self.statuses: list[Object] = []

    async def create(self, built: Object) -> Object:
        self.events.append(built["reason"])
        return built

    async def patch_status(self, platform: Object, status: Object) -> Object:
        if self.gone:
            raise NotFoundError("no such platform")
        self.statuses.append(status)
        return platform


def answers(_producer: str, _analytics: str, _keyring: Keyring) -> float:
    return 0.5


def reporter(server: Server) -> Reporter:
    return Reporter(server, instance="test", prober=Prober(answers))


async def test_a_platform_that_works_is_said_to_be_available() -> None:
    server = Server()
    again = await reporter(server).report(visit())
    [said] = server.statuses
    assert {one["type"]: one["status"] for one in said["conditions"]}["Available"] == "True"
    assert server.events == ["Available"]
    assert again
    assert 290 < again <= 300


async def test_at_rest_nothing_is_written() -> None:
    server = Server()
    own = reporter(server)
    await own.report(visit())
    await own.report(visit(status=read_status({"status": server.statuses[0]})))
    assert len(server.statuses) == 1
    assert server.events == ["Available"]


async def test_a_platform_that_is_gone_is_not_reported() -> None:
    server = Server(gone=True)
    assert await reporter(server).report(visit()) is None
    assert server.events == []


async def test_a_platform_that_is_being_deleted_is_left_alone() -> None:
    server = Server()
    assert await reporter(server).report(visit_of(platform=None, leaving=True)) is None
    assert server.statuses == []


async def test_a_failure_is_looked_at_again() -> None:
    server = Server()
    failing = visit_of(observed={"pods": (recordings.pods_of("image")[-1],)})
    assert await reporter(server).report(failing) == FAILING_LOOK_SECONDS
    assert server.events == ["ImagePullFailed"]
