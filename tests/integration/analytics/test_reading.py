"""Analytics over PostgreSQL, through its port."""

from typing import Any

import pytest

from telemetry.core.postgres.partition_plan import DAY
from telemetry_contract.identity import digest_of, identify
from telemetry_contract.readings import Reading
from telemetry_contract.settings import Component
from tests.integration.analytics.conftest import Start, Table
from tests.support.platform import RunningPlatform


@pytest.fixture
def platform(start: Start, table: Table, database_url: str) -> RunningPlatform:
    return start(database_url)


def test_what_is_stored_is_seen_at_once_without_a_cache(platform: RunningPlatform, table: Table) -> None:
    assert platform.get("/devices/d/latest").status_code == 404
    for number in range(3):
        table.put("d", number, n=number)
        assert platform.get("/devices/d/latest").json()["metrics"]["n"]["value"] == number


def read_all(platform: RunningPlatform) -> list[Any]:
    seen: list[Any] = []
    parameters = {"limit": "7", "order": "desc"}
    while True:
        page = platform.get("/readings", params=parameters).raise_for_status().json()
        seen += page["readings"]
        if page["cursor"] is None:
            return seen
        parameters["cursor"] = page["cursor"]


def test_pages_digest_and_size_agree_on_what_is_stored(platform: RunningPlatform, table: Table) -> None:
    readings = [Reading(f"d{n % 3}", table.now + n * DAY // 50, {"n": n, "text": "a b"}) for n in range(50)]
    table.put_many(readings)
    seen = read_all(platform)
    assert [reading["metrics"]["n"] for reading in seen] == list(reversed(range(50)))
    expected = digest_of(identify(reading).identity for reading in readings)
    assert platform.digest("d0", "d1", "d2") == platform.digest() == (50, expected.hex)
    stats = platform.get("/stats").json()
    assert (stats["readings"], stats["devices"]) == (50, 3)
    assert [device["readings"] for device in platform.get("/devices").json()["devices"]] == [17, 17, 16]


def test_requests_have_their_route_in_the_metrics_and_never_their_path(platform: RunningPlatform, table: Table) -> None:
    table.put("secret-device", n=1)
    for path in ("/devices/secret-device/latest", "/devices/secret-device", "/nothing/secret-device"):
        platform.get(path)
    process = platform.process(Component.ANALYTICS)
    for route in ("/api/v1/devices/{device}/latest", "/api/v1/devices/{device}"):
        assert process.metric("telemetry_http_requests_total", method="GET", route=route, status="200") == 1
    assert process.metric("telemetry_store_query_duration_seconds_count", query="latest") == 1
