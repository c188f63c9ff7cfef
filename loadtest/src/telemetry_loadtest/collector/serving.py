"""The collector's HTTP port, where it runs in a pod: it keeps what it saw until somebody has made a result of it.

The operator adds what it alone may see, pods and autoscalers, so that an operator that is replaced loses nothing. What
it adds twice is kept once. Paths are those of `lines`.
"""

import hmac
import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Final

import msgspec

from telemetry_loadtest.collector.lines import LINES_PATH, LIVE_PATH, Line, decode_lines, encode_line

KEPT_LINES: Final = 500_000  # about 300 bytes each: a day and a half of three servers
MOST_BYTES: Final = 1 << 20  # of one request
REQUEST_SECONDS: Final = 10.0


class Kept:
    """Lines in their order, the oldest given up where there are too many."""

    def __init__(self, most: int = KEPT_LINES) -> None:
        self._lines: deque[bytes] = deque(maxlen=most)
        self._added: set[bytes] = set()
        self._lock = threading.Lock()

    def keep(self, line: Line) -> None:
        with self._lock:
            self._lines.append(encode_line(line))

    def add(self, lines: list[Line]) -> None:
        """Keep those that were not added before."""
        with self._lock:
            for text in map(encode_line, lines):
                if text not in self._added:
                    self._added.add(text)
                    self._lines.append(text)

    @property
    def text(self) -> bytes:
        with self._lock:
            return b"".join(self._lines)


class LinesServer(ThreadingHTTPServer):
    """Answers whoever has the token."""

    daemon_threads = True

    def __init__(self, address: tuple[str, int], kept: Kept, token: str) -> None:
        super().__init__(address, Handler)
        self.kept = kept
        self.expected = f"Bearer {token}".encode()


class Handler(BaseHTTPRequestHandler):
    """One request."""

    server: LinesServer
    timeout = REQUEST_SECONDS

    def do_GET(self) -> None:
        if self.path == LIVE_PATH:
            self._answer(HTTPStatus.OK, b"alive\n")
        elif self._may():
            self._answer(HTTPStatus.OK, self.server.kept.text)

    def do_POST(self) -> None:
        if not self._may():
            return
        given = self.headers.get("Content-Length", "")
        if not given.isdecimal() or int(given) > MOST_BYTES:
            self._answer(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        else:
            self._answer(self._take(self.rfile.read(int(given))))

    def _take(self, text: bytes) -> HTTPStatus:
        try:
            self.server.kept.add(decode_lines(text))
        except msgspec.MsgspecError:
            return HTTPStatus.BAD_REQUEST
        return HTTPStatus.ACCEPTED

    def log_message(self, *_: object) -> None:
        """Nothing: standard output is not for it, and nobody reads of requests that went well."""

    def _may(self) -> bool:
        given = self.headers.get("Authorization", "").encode("latin-1", "replace")
        if not hmac.compare_digest(given, self.server.expected):
            self._answer(HTTPStatus.UNAUTHORIZED)
        elif self.path != LINES_PATH:
            self._answer(HTTPStatus.NOT_FOUND)
        else:
            return True
        return False

    def _answer(self, status: HTTPStatus, body: bytes = b"") -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


@contextmanager
def served(kept: Kept, host: str, port: int, token: str) -> Iterator[int]:
    """Serve on a port, which is yielded, while the block lasts."""
    with LinesServer((host, port), kept, token) as server:
        thread = threading.Thread(target=server.serve_forever, name="http", daemon=True)
        thread.start()
        try:
            yield server.server_port
        finally:
            server.shutdown()
            thread.join()
