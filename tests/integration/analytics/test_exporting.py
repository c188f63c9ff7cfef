"""Long exports over the wire: broken off where they cannot go on, given up where nobody listens, small in memory."""

import socket
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import psycopg
import pytest

from telemetry_contract.keys import Scope
from telemetry_contract.readings import Reading
from telemetry_contract.settings import Component
from tests.integration.analytics.conftest import Start, Table
from tests.support.platform import RunningPlatform
from tests.support.waiting import wait_until

READINGS = 24_000
PAGES = READINGS // 500


@pytest.fixture
def platform(start: Start, table: Table, database_url: str) -> RunningPlatform:
    """Analytics over more than the buffers of a connection hold."""
    for first in range(0, READINGS, 4000):
        table.put_many(
            [Reading("d", table.now + n, {"n": n, "a": "x" * 250, "b": "y" * 250}) for n in range(first, first + 4000)]
        )
    return start(database_url)


def pages_read(platform: RunningPlatform) -> float:
    analytics = platform.process(Component.ANALYTICS)
    return analytics.metric("telemetry_store_query_duration_seconds_count", query="export")


def listen(platform: RunningPlatform) -> socket.socket:
    """Ask for everything, and take no more than the first bytes."""
    address = urlsplit(platform.analytics_url)
    connection = socket.socket()
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    connection.connect((address.hostname, address.port))
    token = platform.token_headers(Scope.READ)["authorization"]
    connection.sendall(f"GET /api/v1/export HTTP/1.1\r\nhost: x\r\nauthorization: {token}\r\n\r\n".encode())
    assert connection.recv(64).startswith(b"HTTP/1.1 200")
    return connection


def test_a_client_that_hangs_up_ends_its_export(platform: RunningPlatform) -> None:
    analytics = platform.process(Component.ANALYTICS)
    with listen(platform):
        assert analytics.metric("telemetry_http_requests_in_flight") == 1
    wait_until(lambda: analytics.metric("telemetry_http_requests_in_flight") == 0, what="nobody exports any more")
    assert pages_read(platform) < PAGES


def test_who_takes_nothing_is_read_nothing_for(platform: RunningPlatform) -> None:
    with listen(platform):
        before = -1.0
        while (read := pages_read(platform)) != before:
            before = read
            platform.get("/stats").raise_for_status()
        assert read < PAGES
        assert _memory(platform) < 250 << 20


def _memory(platform: RunningPlatform) -> int:
    status = Path(f"/proc/{platform.process(Component.ANALYTICS).pid}/statm").read_text().split()
    return int(status[1]) * 4096


def test_a_stream_that_cannot_go_on_is_broken_off(platform: RunningPlatform, database_url: str) -> None:
    url, headers = f"{platform.analytics_url}/api/v1/export", platform.token_headers(Scope.READ)
    with httpx.stream("GET", url, headers=headers) as answer:
        assert answer.status_code == 200
        parts = answer.iter_raw(1024)
        next(parts)
        with psycopg.connect(database_url, autocommit=True) as administrator:
            administrator.execute("ALTER TABLE readings RENAME TO elsewhere")
        with pytest.raises(httpx.RemoteProtocolError, match="incomplete"):
            for _ in parts:
                pass
    log = platform.process(Component.ANALYTICS).log.read_text()
    assert "export-broken-off" in log
    assert "Traceback" not in log


def test_an_export_is_whole(platform: RunningPlatform) -> None:
    answer = platform.get("/export", timeout=60).raise_for_status()
    assert answer.content.count(b"\n") == READINGS
    assert pages_read(platform) == PAGES + 1
