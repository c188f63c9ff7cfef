"""Waiting until what was started answers, and saying why it does not."""

import socket
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import Final

import httpx

from telemetry_operator.environment import Endpoints
from telemetry_operator.errors import PlatformError
from telemetry_operator.local.endpoints import locations
from telemetry_operator.local.logs import last_lines
from telemetry_operator.local.plan import Process
from telemetry_operator.local.servers import postgres, valkey
from telemetry_operator.local.servers.server import LOOPBACK, Server
from telemetry_operator.local.supervision import Supervisor
from telemetry_operator.specs.layout import Server as ServerKind

READY_SECONDS: Final = 90.0
PAUSE_SECONDS: Final = 0.05
ANSWER_SECONDS: Final = 2.0
# One restart can be chance (a predecessor's lock, still being let go); from this many on it is failing.
RESTARTS_OF_A_FAILURE: Final = 2


class NotReadyError(PlatformError):
    """A process does not come up."""


def await_server(server: Server, supervisor: Supervisor) -> None:
    """Wait until an embedded server answers.

    Raises:
        NotReadyError: it ends again and again, or does not answer in time.
    """
    _await(server.name, server.is_ready, supervisor)


def await_service(process: Process, supervisor: Supervisor) -> None:
    """Wait until a service says that it is ready.

    Raises:
        NotReadyError: it ends again and again, or is not ready in time.
    """
    _await(process.name, lambda: is_ready(process), supervisor)


def is_ready(process: Process) -> bool:
    """Ask a service's management port."""
    try:
        url = f"http://{LOOPBACK}:{process.management_port}/readyz"
        return httpx.get(url, timeout=ANSWER_SECONDS, trust_env=False).status_code == httpx.codes.OK
    except httpx.HTTPError:
        return False


def check_reachable(endpoints: Endpoints, servers: Iterable[ServerKind]) -> None:
    """See that servers which are not ours answer, before anything depends on them.

    Raises:
        NotReadyError: one does not answer at any of its addresses, or refuses us.
    """
    places = locations(endpoints)
    for server in servers:
        if not any(_listens(host, port) for host, port in places[server]):
            named = ", ".join(f"{host}:{port}" for host, port in places[server])
            raise NotReadyError(f"{server} does not answer at {named}", hint="start it, or give another address")
        if refusal := _refusal(server, endpoints):
            raise NotReadyError(f"{server} refuses us: {' '.join(refusal.split())}")


def _refusal(server: ServerKind, endpoints: Endpoints) -> str | None:
    """Say why a server does not let us in; Kafka is left to the preparation, which speaks to it first."""
    if server is ServerKind.POSTGRES and endpoints.postgres_url:
        return postgres.refusal(endpoints.postgres_url)
    if server is ServerKind.REDIS and endpoints.redis_url:
        return valkey.refusal(endpoints.redis_url)
    return None


def _await(name: str, ready: Callable[[], bool], supervisor: Supervisor) -> None:
    deadline = time.monotonic() + READY_SECONDS
    while not ready():
        failing = supervisor.restarts(name) >= RESTARTS_OF_A_FAILURE
        if failing or time.monotonic() > deadline:
            found = "ends as soon as it starts" if failing else f"is not ready after {READY_SECONDS:.0f} s"
            log = supervisor.paths.log(name)
            raise NotReadyError(f"{name} {found}; its last log lines:{last_lines(log)}", hint=f"all of them: {log}")
        time.sleep(PAUSE_SECONDS)


def _listens(host: str, port: int) -> bool:
    with suppress(OSError), socket.create_connection((host, port), timeout=ANSWER_SECONDS):
        return True
    return False
