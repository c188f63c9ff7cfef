"""What clients see while PostgreSQL or Redis is away, and after."""

import signal
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import psycopg
import pytest

from telemetry.core.postgres.schema import migrate
from telemetry_contract.settings import Component
from tests.integration.analytics.conftest import Start, Table
from tests.support.platform import Process, RunningPlatform
from tests.support.servers import RunningServer, describe_postgres, describe_redis, running
from tests.support.waiting import wait_until


@pytest.fixture
def own_redis(tmp_path: Path) -> Iterator[RunningServer]:
    with running(describe_redis(tmp_path), tmp_path) as server:
        yield server


@pytest.fixture
def own_postgres(tmp_path: Path) -> Iterator[RunningServer]:
    with running(describe_postgres(tmp_path), tmp_path) as server:
        yield server


def until_answered(platform: RunningPlatform, path: str) -> None:
    wait_until(lambda: platform.get(path).is_success, what=f"{path} is answered again")


def test_redis_may_come_and_go(start: Start, table: Table, database_url: str, own_redis: RunningServer) -> None:
    table.put("d", n=1)
    platform = start(database_url, own_redis.address)
    process = platform.process(Component.ANALYTICS)
    assert platform.get("/devices/d/latest").headers["age"] in {"0", "1"}
    own_redis.kill()
    for _ in range(20):
        assert platform.get("/devices/d/latest").status_code == 200
    assert process.metric("telemetry_server_up", server="Redis") == 0
    assert process.metric("telemetry_cache_answers_total", query="latest", source="degraded") > 0
    own_redis.start()
    wait_until(lambda: process.metric("telemetry_server_up", server="Redis"), what="Redis is used again")
    assert platform.get("/devices/d/latest").status_code == 200


def test_postgres_away_is_a_503_and_mends_by_itself(start: Start, own_postgres: RunningServer) -> None:
    platform = prepared(start, own_postgres)
    own_postgres.kill()
    for path in ("/stats", "/devices/d/latest", "/devices", "/readings", "/integrity"):
        answer = platform.get(path)
        assert (answer.status_code, answer.json()["code"]) == (503, "unavailable"), path
        assert int(answer.headers["retry-after"]) >= 1
    assert httpx.get(f"{platform.process(Component.ANALYTICS).management_url}/readyz").status_code == 200
    own_postgres.start()
    until_answered(platform, "/stats")


def test_a_young_entry_outlives_postgres(start: Start, own_postgres: RunningServer, redis_url: str) -> None:
    platform = prepared(start, own_postgres, redis_url, ttl="30s")
    assert platform.get("/stats").status_code == 200
    own_postgres.kill()
    # The first answer taught the process the store's clock, and its entry is the next one's.
    assert platform.get("/stats").status_code == 200
    assert platform.get("/integrity").status_code == 503


def test_the_first_answer_waits_for_the_schema(
    start: Start, table: Table, database_url: str, tmp_path: Path, own_postgres: RunningServer
) -> None:
    platform = start(database_url)
    environment = platform.process(Component.ANALYTICS).environment
    changed = environment | {"TELEMETRY_POSTGRES_URL": own_postgres.address}
    platform.process(Component.ANALYTICS).stop()
    process = Process(Component.ANALYTICS, changed, tmp_path / "unprepared.log").start()
    wait_until(lambda: "schema-awaited" in process.log.read_text(), what="it waits for the schema")
    assert httpx.get(f"{process.management_url}/readyz").status_code == 503
    assert platform.get("/stats").status_code == 503
    prepare = Process(Component.PREPARE, prepare_environment(platform, own_postgres), tmp_path / "prepare.log").start()
    assert prepare.wait(60) == 0
    process.until_ready()
    assert platform.get("/stats").status_code == 200
    assert process.stop() == 0


def test_a_request_under_way_is_answered_before_the_process_ends(start: Start, table: Table, database_url: str) -> None:
    table.put("d", n=1)
    platform = start(database_url)
    process = platform.process(Component.ANALYTICS)
    with ThreadPoolExecutor() as pool, psycopg.connect(database_url) as other:
        other.execute("LOCK TABLE latest")
        answer = pool.submit(platform.get, "/devices/d/latest")
        wait_until(lambda: process.metric("telemetry_store_queries_in_flight"), what="the question waits for the lock")
        process.signal(signal.SIGTERM)
        wait_until(lambda: "service-draining" in process.log.read_text(), what="it drains")
        other.rollback()
        assert answer.result().status_code == 200
    assert process.wait() == 0


def prepared(start: Start, postgres: RunningServer, redis_url: str | None = None, ttl: str = "1s") -> RunningPlatform:
    """Start analytics over a server that a killing may follow."""
    migrate(postgres.address)
    return start(postgres.address, redis_url, ttl)


def prepare_environment(platform: RunningPlatform, postgres: RunningServer) -> dict[str, str]:
    environment = platform.process(Component.PREPARE).environment
    return environment | {"TELEMETRY_POSTGRES_URL": postgres.address}
