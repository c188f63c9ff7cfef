"""Waiting until what was started answers, and saying why it does not."""

import errno
import os
import socket
import time
from collections.abc import Callable, Collection
from contextlib import suppress
from pathlib import Path
from typing import Final

import httpx

from telemetry_operator.environment import Endpoints
from telemetry_operator.errors import PlatformError
from telemetry_operator.local.endpoints import locations
from telemetry_operator.local.logs import last_lines, tail
from telemetry_operator.local.plan import Process
from telemetry_operator.local.servers import kafka_client, postgres, valkey
from telemetry_operator.local.servers.server import LOOPBACK, Server
from telemetry_operator.local.supervision import Supervisor
from telemetry_operator.specs.layout import Server as ServerKind

READY_SECONDS: Final = 90.0
PAUSE_SECONDS: Final = 0.05
ANSWER_SECONDS: Final = 2.0
# A Kafka that is there answers in milliseconds; who is none holds the connection and stays silent.
KAFKA_SECONDS: Final = 10.0
HINTS: Final = {ServerKind.KAFKA: "see that it is a Kafka, and that it speaks with TLS and SASL as the manifest says"}
# One restart can be chance (a predecessor's lock, still being let go); from this many on it is failing.
RESTARTS_OF_A_FAILURE: Final = 2
# Java's stack trace comes after the words that tell.
SOUGHT_LINES: Final = 200


class NotReadyError(PlatformError):
    """A process does not come up."""


class AddressTakenError(NotReadyError):
    """A process does not come up because somebody took its port since it was chosen."""


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


def check_reachable(endpoints: Endpoints, *, ours: Collection[str]) -> None:
    """See that the servers which are not `ours` answer, before anything depends on them.

    Raises:
        NotReadyError: one does not answer at any of its addresses, or refuses us.
    """
    for server, places in locations(endpoints).items():
        if server in ours:
            continue
        if not any(_listens(host, port) for host, port in places):
            named = ", ".join(f"{host}:{port}" for host, port in places)
            raise NotReadyError(f"{server} does not answer at {named}", hint="start it, or give another address")
        if refusal := _refusal(server, endpoints):
            raise NotReadyError(f"{server} refuses us: {' '.join(refusal.split())}", hint=HINTS.get(server))


def _refusal(server: ServerKind, endpoints: Endpoints) -> str | None:
    """Say why a server does not let us in."""
    if server is ServerKind.POSTGRES and endpoints.postgres_url:
        return postgres.refusal(endpoints.postgres_url)
    if server is ServerKind.REDIS and endpoints.redis_url:
        return valkey.refusal(endpoints.redis_url)
    if server is ServerKind.KAFKA and endpoints.kafka_bootstrap:
        return kafka_client.refusal(_client_settings(endpoints), seconds=KAFKA_SECONDS)
    return None


def _client_settings(endpoints: Endpoints) -> dict[str, str]:
    """Return how Kafka is spoken to, in librdkafka's words."""
    settings = {
        "bootstrap.servers": endpoints.kafka_bootstrap,
        "security.protocol": endpoints.kafka_security_protocol,
        "sasl.mechanism": endpoints.kafka_sasl_mechanism,
        "sasl.username": endpoints.kafka_sasl_username,
        "sasl.password": endpoints.kafka_sasl_password,
        "ssl.ca.location": endpoints.kafka_ca_file,
    }
    return {name: value for name, value in settings.items() if value is not None}


def _await(name: str, ready: Callable[[], bool], supervisor: Supervisor) -> None:
    deadline = time.monotonic() + READY_SECONDS
    while not ready():
        failing = supervisor.restarts(name) >= RESTARTS_OF_A_FAILURE
        if failing or time.monotonic() > deadline:
            found = "ends as soon as it starts" if failing else f"is not ready after {READY_SECONDS:.0f} s"
            log = supervisor.paths.log(name)
            kind = AddressTakenError if failing and _met_a_taken_address(log) else NotReadyError
            raise kind(f"{name} {found}; its last log lines:{last_lines(log)}", hint=f"all of them: {log}")
        time.sleep(PAUSE_SECONDS)


def _met_a_taken_address(log: Path) -> bool:
    """Look for the system's own words, which every server repeats."""
    return any(os.strerror(errno.EADDRINUSE) in line for line in tail(log, SOUGHT_LINES))


def _listens(host: str, port: int) -> bool:
    with suppress(OSError), socket.create_connection((host, port), timeout=ANSWER_SECONDS):
        return True
    return False
