"""One running platform per architecture for the whole suite: what holds for one preset must hold for all.

The tests know the platform only as its clients do: two addresses and the right to sign.
"""

import itertools
import secrets
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest
from psycopg import sql

from tests.support.platform import RunningPlatform
from tests.support.servers import SharedServers

PRESETS = ["baseline", "scale", "redis", "kafka", "stream-memory", "stream-postgres", "stream-redis"]

# Small limits, so that a test can meet each of them.
SPEC: dict[str, Any] = {
    "retention": "7d",
    "ingest": {"maxBodySize": "64Ki", "maxUnpackedSize": "256Ki", "maxBatchReadings": 500, "maxMetrics": 8},
    "rateLimits": {"device": {"rate": 50, "burst": 600}, "token": {"rate": 10_000, "burst": 100_000}},
}

_numbers = itertools.count(1)


@pytest.hookimpl(tryfirst=True)  # before xdist looks at the marks, also where only this directory is asked for
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep all tests of one architecture on one worker, so that each platform starts once."""
    for item in items:
        callspec = getattr(item, "callspec", None)
        if callspec is not None and "platform" in callspec.params:
            item.add_marker(pytest.mark.xdist_group(f"acceptance-{callspec.params['platform']}"))


@pytest.fixture(scope="session", params=PRESETS)
def platform(
    request: pytest.FixtureRequest, servers: SharedServers, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[RunningPlatform]:
    name = f"accept_{secrets.token_hex(4)}"
    administrator = servers.address("postgres")
    with psycopg.connect(administrator, autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    running = RunningPlatform(
        {**SPEC, "architecture": request.param},
        tmp_path_factory.mktemp(request.param),
        postgres_url=administrator.rsplit("/", 1)[0] + f"/{name}",
        redis_url=servers.address("redis"),
        kafka_bootstrap=servers.address("kafka"),
    )
    try:
        yield running.start()
    finally:
        running.stop()


@pytest.fixture
def device() -> str:
    """A device that no other test has."""
    return f"dev-{secrets.token_hex(4)}-{next(_numbers)}"


@pytest.fixture
def at() -> Callable[[float], str]:
    """Times near now: `at(-60)` is a minute ago, the same instant however often it is asked in one test."""
    now = datetime.now(UTC).replace(microsecond=0) - timedelta(minutes=10)
    return lambda seconds: (now + timedelta(seconds=seconds)).isoformat().replace("+00:00", "Z")
