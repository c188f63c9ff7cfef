"""One architecture on servers of its own, all of which may be killed and frozen."""

import contextlib
import itertools
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

import msgspec
import psutil

from telemetry_contract.architecture import Store
from telemetry_contract.settings import Component
from telemetry_operator.specs.layout import Server, servers_of
from telemetry_operator.specs.spec import PlatformSpec
from tests.faults.load import Load
from tests.support.books import Books
from tests.support.platform import Process, RunningPlatform
from tests.support.servers import RunningServer, describe_kafka, describe_postgres, describe_redis, running

SPEC: Final[dict[str, Any]] = {
    "retention": "7d",
    "kafka": {"topic": {"partitions": 4}},
    "rateLimits": {"device": {"rate": 10_000, "burst": 100_000}, "token": {"rate": 100_000, "burst": 100_000}},
}
WARM_UP: Final = 1500  # readings
MIB: Final = 1 << 20

DESCRIBE: Final = {Server.POSTGRES: describe_postgres, Server.REDIS: describe_redis, Server.KAFKA: describe_kafka}


class Architecture(msgspec.Struct, frozen=True):
    """A preset, and which of its services have two replicas; the others have one."""

    name: str
    doubled: tuple[Component, ...] = ()


class Stage:
    """A running platform, and what was sent to it and acknowledged by it since it stands (identities)."""

    def __init__(
        self, architecture: Architecture, platform: RunningPlatform, servers: dict[Server, RunningServer]
    ) -> None:
        self.architecture = architecture
        self.platform = platform
        self.servers = servers
        self.sent: set[bytes] = set()
        self.acknowledged: set[bytes] = set()
        self.dropped = 0
        """Readings that were stored, and went with their partition."""
        self.numbers = itertools.count()
        self.afterwards: list[Callable[[], None]] = []
        """What a fault wants looked at once the load has ended."""
        self.warm: dict[str, float] = {}
        """Each service's memory (MiB) after the first readings."""

    @property
    def books(self) -> Books | None:
        """The tables, where there are any."""
        postgres = self.servers.get(Server.POSTGRES)
        return Books(postgres.address) if postgres else None

    @property
    def keeps_in_memory(self) -> bool:
        return self.platform.platform.spec.choices.store is Store.MEMORY

    @property
    def services(self) -> dict[str, Process]:
        """Every replica by its name; the first of `producer` is `producer`, the second `producer-1`."""
        return {
            name: process for name, process in self.platform.processes.items() if process.component != Component.PREPARE
        }

    def start(self) -> None:
        """Prepare it twice at once, start everything, and send until it is warm."""
        self.prepare_twice()
        for component in self.platform.components:
            for replica in range(2 if component in self.architecture.doubled else 1):
                self.platform.process(component, replica).start()
        self.until_ready()
        with Load(self.platform, "warm-up") as load:
            load.until_more(WARM_UP)
        self.note(load)
        self.warm = self.memory()

    def prepare_twice(self) -> None:
        preparing = [self.platform.process(Component.PREPARE, replica).start() for replica in (0, 1)]
        codes = [process.wait(120) for process in preparing]
        assert codes == [0, 0], f"prepare failed: {[process.log.read_text()[-2000:] for process in preparing]}"

    def until_ready(self) -> None:
        for process in self.services.values():
            process.until_ready()

    def note(self, load: Load) -> None:
        """Remember what a load that has ended sent."""
        self.sent |= load.sent
        self.acknowledged |= load.acknowledged

    def memory(self) -> dict[str, float]:
        """Return each service's resident memory in MiB."""
        return {name: psutil.Process(it.pid).memory_info().rss / MIB for name, it in self.services.items()}


@contextlib.contextmanager
def staged(architecture: Architecture, directory: Path) -> Iterator[Stage]:
    """Bring an architecture up on its own servers until the block ends."""
    with contextlib.ExitStack() as stack:
        spec = {**SPEC, "architecture": architecture.name}
        servers = {
            server: stack.enter_context(running(DESCRIBE[server](directory), directory))
            for server in servers_of(PlatformSpec.model_validate(spec))
        }
        platform = RunningPlatform(
            spec,
            directory / "platform",
            postgres_url=_address(servers, Server.POSTGRES),
            redis_url=_address(servers, Server.REDIS),
            kafka_bootstrap=_address(servers, Server.KAFKA),
        )
        stack.callback(platform.stop)
        stage = Stage(architecture, platform, servers)
        stage.start()
        yield stage


def _address(servers: dict[Server, RunningServer], server: Server) -> str | None:
    return servers[server].address if server in servers else None
