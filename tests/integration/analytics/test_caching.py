"""Analytics through Redis, by one process and by two."""

import time
from concurrent.futures import ThreadPoolExecutor

import pytest
import redis

from telemetry_contract.settings import Component
from tests.integration.analytics.conftest import Start, Table
from tests.support.platform import RunningPlatform
from tests.support.waiting import wait_until

CACHED = ["/devices/d/latest", "/devices/d", "/latest?device=d", "/devices", "/stats", "/devices/nobody/latest"]
UNCACHED = ["/devices/d/readings", "/readings", "/digest", "/integrity"]


@pytest.fixture
def platform(start: Start, table: Table, database_url: str, redis_url: str) -> RunningPlatform:
    table.put("d", n=0)
    return start(database_url, redis_url, ttl="60s")


def asked(platform: RunningPlatform, query: str) -> float:
    process = platform.process(Component.ANALYTICS)
    return process.metric("telemetry_store_query_duration_seconds_count", query=query)


@pytest.mark.parametrize("path", CACHED)
def test_what_many_ask_is_remembered(platform: RunningPlatform, table: Table, redis_url: str, path: str) -> None:
    first = platform.get(path)
    with redis.Redis.from_url(redis_url) as client:
        wait_until(lambda: client.keys("telemetry:p:answer:*[^e]"), what="the answer is in Redis")
    table.put("d", 1, n=1)
    second = platform.get(path)
    assert (second.status_code, second.content) == (first.status_code, first.content)
    assert second.headers["cache-control"] == "private, max-age=60"
    assert 0 <= int(second.headers["age"]) <= 60


@pytest.mark.parametrize("path", UNCACHED)
def test_what_books_are_closed_by_is_never_remembered(platform: RunningPlatform, redis_url: str, path: str) -> None:
    assert platform.get(path).headers["cache-control"] == "no-store"
    with redis.Redis.from_url(redis_url) as client:
        assert client.dbsize() == 0


def test_a_change_is_seen_within_the_time_to_live(
    start: Start, table: Table, database_url: str, redis_url: str
) -> None:
    table.put("d", n=0)
    platform = start(database_url, redis_url, ttl="1s")
    platform.get("/devices/d/latest")
    table.put("d", 1, n=1)
    stored = time.monotonic()

    def sees_it() -> bool:
        asked_at = time.monotonic()
        seen = newest(platform) == 1
        assert seen or asked_at < stored + 1
        return seen

    wait_until(sees_it, what="the change is seen")


def test_a_stampede_asks_the_store_once(platform: RunningPlatform) -> None:
    with ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(platform.get, ["/devices/d"] * 64))
    assert {answer.status_code for answer in answers} == {200}
    assert asked(platform, "device") == 1


def test_one_process_reads_what_another_has_asked(platform: RunningPlatform) -> None:
    other = platform.process(Component.ANALYTICS, replica=1).start().until_ready()
    urls = ["/stats"] * 40
    with ThreadPoolExecutor(8) as pool:
        # Both share the port; each needs a question of its own to learn the store's clock.
        assert {pool.submit(platform.get, url).result().status_code for url in urls} == {200}
    both = asked(platform, "stats") + other.metric("telemetry_store_query_duration_seconds_count", query="stats")
    assert both <= 2


def test_an_entry_that_outlived_its_time_is_not_served(
    start: Start, table: Table, database_url: str, redis_url: str
) -> None:
    table.put("d", n=0)
    platform = start(database_url, redis_url, ttl="1s")
    platform.get("/devices/d/latest")
    with redis.Redis.from_url(redis_url) as client:
        key = "telemetry:p:answer:1:latest:d"
        wait_until(lambda: client.persist(key), what="the entry has lost its expiry")
        table.put("d", 1, n=1)
        wait_until(lambda: newest(platform) == 1, what="the change is seen")


def newest(platform: RunningPlatform) -> int:
    return int(platform.get("/devices/d/latest").json()["metrics"]["n"]["value"])
