"""The servers and programs of one run: the real ones, in a directory that goes with it; each is started when needed."""

import socket
import subprocess
import sys
from collections.abc import Callable, Mapping
from contextlib import ExitStack, suppress
from functools import cached_property
from pathlib import Path
from typing import Any, Final, NamedTuple

import psutil
import psycopg
from psycopg import sql
from tests.support.platform import Process, RunningPlatform
from tests.support.ports import take_port
from tests.support.servers import describe_kafka, describe_postgres, describe_redis, running
from tests.support.waiting import wait_until

from telemetry_contract.architecture import PRESETS, Reads, Store, Writes
from telemetry_contract.keys import Scope
from telemetry_contract.settings import Component
from telemetry_contract.times import format_time
from telemetry_contract.topics import readings_topic
from telemetry_operator.environment import topic_prefix
from telemetry_operator.local.servers.server import LOOPBACK, Server
from tools.bench.layout import Layout, pinned
from tools.bench.processes import ROOT, MeasurementError
from tools.bench.readings import name_devices, slices

# High enough that nobody is refused, and enforced all the same.
LIMITS: Final = {"rate": 1_000_000, "burst": 1_000_000}
TOKEN_LIMITS: Final = {"rate": 100_000_000, "burst": 100_000_000}
READY_SECONDS: Final = 30.0
END_SECONDS: Final = 15.0


class Address(NamedTuple):
    """A server's address and its process."""

    url: str
    pid: int


class Endpoint(NamedTuple):
    """A program's port and its process."""

    port: int
    pid: int


class Site:
    """What a run has started so far; everything ends with `stack`."""

    def __init__(self, stack: ExitStack, directory: Path, layout: Layout) -> None:
        self.layout = layout
        self._stack = stack
        self._directory = directory
        self._platforms: dict[str, RunningPlatform] = {}

    @cached_property
    def postgres(self) -> Address:
        return self._serve(describe_postgres)

    @cached_property
    def redis(self) -> Address:
        return self._serve(describe_redis)

    @cached_property
    def kafka(self) -> Address:
        return self._serve(describe_kafka)

    @cached_property
    def empty_app(self) -> Endpoint:
        return self._run_app("empty_app")

    @cached_property
    def plain_app(self) -> Endpoint:
        """The app that passes bodies on to a topic of its own, which no consumer reads."""
        platform = self.platform("stream-postgres", purpose="plain")
        return self._run_app("plain_app", self.kafka.url, readings_topic(topic_prefix(platform.platform)))

    @cached_property
    def tables(self) -> str:
        """The address of a database with a platform's tables, and a table without indexes, that has no platform."""
        url = str(self.platform("baseline", purpose="tables").endpoints.postgres_url)
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute("CREATE TABLE bare (LIKE readings)")
        return url

    def servers(self, preset: str) -> dict[str, int]:
        """Return the processes of the servers that a preset uses, by name."""
        choices = PRESETS[preset]
        found = {}
        if choices.store is Store.POSTGRES:
            found["postgres"] = self.postgres.pid
        if choices.writes is Writes.KAFKA:
            found["kafka"] = self.kafka.pid
        if choices.reads is Reads.REDIS:
            found["redis"] = self.redis.pid
        return found

    def platform(self, preset: str, purpose: str = "paths", **spec: Any) -> RunningPlatform:  # noqa: ANN401 - YAML's own
        """Return a platform with its tables and topics, of which no program runs yet; `spec` is added to its own."""
        name = f"{purpose}-{preset}"
        if name not in self._platforms:
            self._platforms[name] = self._prepare(name, preset, spec)
        return self._platforms[name]

    def producer(self, preset: str, purpose: str = "paths") -> Endpoint:
        platform = self.platform(preset, purpose)
        return Endpoint(_port(platform.producer_url), self._started(platform, Component.PRODUCER).pid)

    def analytics(self, preset: str, purpose: str = "paths") -> Endpoint:
        platform = self.platform(preset, purpose)
        return Endpoint(_port(platform.analytics_url), self._started(platform, Component.ANALYTICS).pid)

    def seed(self, preset: str, devices: int) -> None:
        """Give a platform that writes directly one reading of each device."""
        self.producer(preset)
        source = slices(name_devices(devices), 1)
        readings = [
            {"device": it.device, "time": format_time(it.time), "metrics": it.metrics}
            for (it,), _ in zip(source, range(devices), strict=False)
        ]
        self.platform(preset).send_many(readings).raise_for_status()

    def read_token(self, preset: str) -> str:
        return self.platform(preset).token_headers(Scope.READ)["authorization"].removeprefix("Bearer ")

    def start_consumer(self, platform: RunningPlatform) -> Process:
        with pinned(self.layout.program):
            return platform.process(Component.CONSUMER).start()

    def _prepare(self, name: str, preset: str, spec: Mapping[str, Any]) -> RunningPlatform:
        choices = PRESETS[preset]
        platform = RunningPlatform(
            _spec(preset) | dict(spec),
            self._directory / name,
            name=name,
            postgres_url=self._database(name) if choices.store is Store.POSTGRES else None,
            redis_url=self.redis.url if choices.reads is Reads.REDIS else None,
            kafka_bootstrap=self.kafka.url if choices.writes is Writes.KAFKA else None,
        )
        self._stack.callback(platform.stop)
        code = platform.process(Component.PREPARE).start().wait(120)
        if code != 0:
            raise MeasurementError(f"{name} cannot be prepared: {(self._directory / name / 'prepare.log').read_text()}")
        return platform

    def _started(self, platform: RunningPlatform, component: Component) -> Process:
        started = component in platform.processes
        process = platform.process(component)
        if not started:
            with pinned(self.layout.program):
                process.start()
            process.until_ready()
        return process

    def _database(self, name: str) -> str:
        with psycopg.connect(self.postgres.url, autocommit=True) as connection:
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        return f"{self.postgres.url.rpartition('/')[0]}/{name}"

    def _run_app(self, module: str, *arguments: str) -> Endpoint:
        port, management_port = take_port(), take_port()
        command = [sys.executable, "-m", f"tools.bench.{module}", str(port), str(management_port), *arguments]
        with pinned(self.layout.program), (self._directory / f"{module}.log").open("wb") as log:
            process = subprocess.Popen(command, cwd=ROOT, stdout=log, stderr=log)
        self._stack.callback(end, process)
        wait_until(lambda: is_open(port), what=f"{module} listens", timeout=READY_SECONDS)
        return Endpoint(port, process.pid)

    def _serve(self, describe: Callable[[Path], Server]) -> Address:
        before = _children()
        with pinned(self.layout.servers):
            server = self._stack.enter_context(running(describe(self._directory), self._directory))
        (pid,) = _children() - before
        return Address(server.address, pid)


def _spec(preset: str) -> dict[str, Any]:
    return {"architecture": preset, "rateLimits": {"device": LIMITS, "token": TOKEN_LIMITS}}


def _children() -> set[int]:
    return {process.pid for process in psutil.Process().children()}


def _port(url: str) -> int:
    return int(url.rpartition(":")[2])


def is_open(port: int) -> bool:
    with suppress(OSError), socket.create_connection((LOOPBACK, port), timeout=1):
        return True
    return False


def end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(END_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
