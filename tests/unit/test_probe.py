"""The synthetic reading against a stand-in of the platform, over real HTTP."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from telemetry_contract.keys import Keyring
from telemetry_operator.probe import DEVICE, METRIC, ProbeError, probe

KEYRING = Keyring("k1", {"k1": b"x" * 32})
AWAY = {
    "type": "about:blank",
    "code": "unavailable",
    "title": "Away",
    "detail": "PostgreSQL is away",
    "retry_after": 1.7,
}


class Platform(ThreadingHTTPServer):
    """Keeps the last reading that it was sent, unless it refuses, and tells it, unless it forgets."""

    write: tuple[int, Any] = (200, {})
    forgets = False
    read: tuple[int, Any] | None = None
    moment = ""

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def answer(self) -> tuple[int, Any]:
        if self.read:
            return self.read
        metrics = {} if self.forgets else {METRIC: {"value": True, "time": self.moment}}
        return 200, {"device": DEVICE, "metrics": metrics}


class Handler(BaseHTTPRequestHandler):
    server: Platform

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.moment = body["time"]
        self._reply(*self.server.write)

    def do_GET(self) -> None:
        self._reply(*self.server.answer())

    def _reply(self, status: int, body: Any) -> None:  # noqa: ANN401 - JSON, or what is none
        text = body if isinstance(body, str) else json.dumps(body)
        self.send_response(status)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text.encode())

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def platform() -> Iterator[Platform]:
    with Platform(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def test_a_reading_that_is_read_back_proves_a_platform(platform: Platform) -> None:
    assert probe(platform.url, platform.url, KEYRING) >= 0


@pytest.mark.parametrize(
    ("write", "words"),
    [
        ((503, AWAY), "a reading was not accepted: 503 PostgreSQL is away"),
        ((401, {"code": "unauthorized", "title": "A valid key is needed"}), "not accepted: 401 A valid key is needed"),
        ((502, "bad gateway\n"), "not accepted: 502 bad gateway"),
    ],
)
def test_a_refusal_is_told_in_the_platforms_words(platform: Platform, write: tuple[int, Any], words: str) -> None:
    platform.write = write
    with pytest.raises(ProbeError, match=words):
        probe(platform.url, platform.url, KEYRING, patience=0.2)


@pytest.mark.parametrize(
    ("read", "words"),
    [
        (None, "a reading was accepted, and is not visible after 0 s$"),
        ((503, AWAY), "is not visible after 0 s: 503 PostgreSQL is away$"),
        ((200, "<html>"), "is not visible after 0 s$"),
    ],
)
def test_a_reading_that_stays_invisible_is_told(platform: Platform, read: tuple[int, Any] | None, words: str) -> None:
    platform.forgets, platform.read = True, read
    with pytest.raises(ProbeError, match=words):
        probe(platform.url, platform.url, KEYRING, patience=0.2)


def test_a_platform_that_is_not_there_is_told_with_its_address(platform: Platform) -> None:
    url = platform.url
    platform.server_close()
    with pytest.raises(ProbeError, match=f"no answer from {url}"):
        probe(url, url, KEYRING, patience=0.2)
