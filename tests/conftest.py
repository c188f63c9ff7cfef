"""Fixtures that any test may ask for: the real servers, shared by the whole run, with a part of each test's own."""

import itertools
import os
import secrets
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
import redis
from _pytest.nodeid import NodeId
from psycopg import sql

from tests.support.servers import SharedServers

SERVERS = pytest.StashKey[SharedServers]()
OWNS_SERVERS = pytest.StashKey[bool]()

# Where a test, or the first that asks for a fixture, starts servers and services while other workers load the machine.
PATIENT = {"acceptance", "faults", "integration"}
PATIENT_SECONDS = 300

_numbers = itertools.count(1)


def pytest_configure(config: pytest.Config) -> None:
    given: dict[str, Any] | None = getattr(config, "workerinput", None)
    config.stash[OWNS_SERVERS] = given is None
    config.stash[SERVERS] = SharedServers(*given["servers"]) if given else SharedServers.create(os.getpid())


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:  # noqa: ANN401 - xdist has no types
    """Tell each worker of xdist where the servers are that the controller will end."""
    shared = node.config.stash[SERVERS]
    node.workerinput["servers"] = (str(shared.directory), shared.controller)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Give slow starts their time, and let groups be groups.

    xdist 3.8 writes a group where pytest 9.2 no longer looks for a test's node id.
    """
    for item in items:
        if not PATIENT.isdisjoint(item.path.parts) and item.get_closest_marker("timeout") is None:
            item.add_marker(pytest.mark.timeout(PATIENT_SECONDS))
        grouped: str | None = getattr(item, "_nodeid", None)
        if grouped is not None:
            item._id = NodeId.parse(grouped)


def pytest_unconfigure(config: pytest.Config) -> None:
    if config.stash.get(OWNS_SERVERS, False):
        config.stash[SERVERS].end()


@pytest.fixture(scope="session")
def servers(pytestconfig: pytest.Config) -> SharedServers:
    return pytestconfig.stash[SERVERS]


@pytest.fixture(scope="session")
def postgres_url(servers: SharedServers) -> str:
    """The administrator's address. A test's own tables belong into `database_url`."""
    return servers.address("postgres")


@pytest.fixture
def database_url(postgres_url: str) -> Iterator[str]:
    """The address of an empty database of this test alone."""
    name = f"test_{os.getpid()}_{next(_numbers)}"
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    yield postgres_url.rsplit("/", 1)[0] + f"/{name}"
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


@pytest.fixture(scope="session")
def kafka_bootstrap(servers: SharedServers) -> str:
    return servers.address("kafka")


@pytest.fixture
def topic_prefix() -> str:
    """A prefix for topics and consumer groups that no other test has."""
    return f"test-{secrets.token_hex(6)}-"


@pytest.fixture
def redis_url(servers: SharedServers) -> Iterator[str]:
    """The address of an empty logical database of this test alone."""
    address = servers.address("redis")
    with redis.Redis.from_url(address) as client:
        number = client.incr("databases handed out")
    own = f"{address.rsplit('/', 1)[0]}/{number}"
    yield own
    with redis.Redis.from_url(own) as client:
        client.flushdb()
