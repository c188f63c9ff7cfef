"""The master's HTTP port where it runs alone: how far the run is, and the result for whoever stores it.

The result is kept in memory until somebody says that it stands elsewhere. Paths and words are `progress`'.
"""

import gzip
import hmac
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http import HTTPStatus
from typing import Any, Final, NamedTuple
from urllib.parse import parse_qs

import gevent
import msgspec
import structlog
from gevent.event import Event
from gevent.pywsgi import WSGIServer

from telemetry_loadtest import progress
from telemetry_loadtest.measured import encode_line
from telemetry_loadtest.progress import Board

log = structlog.get_logger(__name__)

LAST_ANSWER: Final = 0.5  # seconds for the answer to the one who said that it is stored
LONGEST_REASON: Final = 500  # bytes
STOPPED: Final = "stopped before its end"
SMALL: Final = 4096  # bytes that are not worth compressing
_COMPRESSION: Final = 5


class Reply(NamedTuple):
    """What is answered."""

    status: HTTPStatus
    body: bytes = b""
    kind: str = "application/json"


class Control:
    """Answers questions about one run; `stop` ends it in order, with a reason."""

    def __init__(self, board: Board, token: str, stop: Callable[[str], None]) -> None:
        self._board = board
        self._expected = f"Bearer {token}".encode()
        self._stop = stop
        self._result: bytes | None = None
        self._stored = False
        self._over = Event()

    def offer(self, result: bytes) -> None:
        """Keep a result."""
        self._result = result
        self._board.finish()

    def leave(self, seconds: float) -> None:
        """Wait for at most so many seconds more."""
        gevent.spawn_later(seconds, self._over.set)

    def await_stored(self, seconds: float) -> bool:
        """Wait until the result stands elsewhere, and tell whether it does."""
        self._over.wait(seconds)
        gevent.sleep(LAST_ANSWER)
        return self._stored

    @contextmanager
    def served(self, host: str, port: int) -> Iterator[int]:
        """Serve on a port, which is yielded, while the block lasts."""
        server = WSGIServer((host, port), self.answer, log=None)
        server.start()
        try:
            yield int(server.address[1])
        finally:
            server.stop(timeout=1)

    def answer(self, environ: dict[str, Any], start_response: Callable[..., object]) -> list[bytes]:
        """The application, as WSGI has it."""
        status, body, kind = self._reply(environ)
        headers = [("Content-Type", kind)]
        if "gzip" in environ.get("HTTP_ACCEPT_ENCODING", "") and len(body) > SMALL:
            body = gzip.compress(body, _COMPRESSION)
            headers.append(("Content-Encoding", "gzip"))
        start_response(f"{status.value} {status.phrase}", [*headers, ("Content-Length", str(len(body)))])
        return [body]

    def _reply(self, environ: dict[str, Any]) -> Reply:
        method, path = environ["REQUEST_METHOD"], environ["PATH_INFO"]
        if (method, path) == ("GET", progress.LIVE_PATH):
            return _text(HTTPStatus.OK, "alive")
        # A header is Latin-1 to WSGI, whatever was sent.
        given = environ.get("HTTP_AUTHORIZATION", "").encode("latin-1")
        if not hmac.compare_digest(given, self._expected):
            return _text(HTTPStatus.UNAUTHORIZED, "the run's control token is needed")
        if method == "POST":
            return self._told(path, environ["wsgi.input"].read(LONGEST_REASON))
        return self._asked(path, environ.get("QUERY_STRING", "")) if method == "GET" else _NOTHING

    def _asked(self, path: str, query: str) -> Reply:
        match path:
            case progress.PROGRESS_PATH:
                return Reply(HTTPStatus.OK, msgspec.json.encode(self._board.progress))
            case progress.LINES_PATH:
                first = parse_qs(query).get("from", ["0"])[0]
                lines = self._board.lines_from(int(first) if first.isdecimal() else 0)
                return Reply(HTTPStatus.OK, b"".join(map(encode_line, lines)), "application/x-ndjson")
            case progress.RESULT_PATH if self._result is not None:
                return Reply(HTTPStatus.OK, self._result)
            case progress.RESULT_PATH:
                return _text(HTTPStatus.NOT_FOUND, "there is no result yet")
        return _NOTHING

    def _told(self, path: str, body: bytes) -> Reply:
        match path:
            case progress.STOP_PATH:
                reason = body.decode(errors="replace").strip()
                log.info("told-to-stop", reason=reason)
                self._stop(reason or STOPPED)
                return _text(HTTPStatus.ACCEPTED, "stopping")
            case progress.STORED_PATH if self._result is not None:
                self._stored = True
                self._over.set()
                return _text(HTTPStatus.ACCEPTED, "ending")
            case progress.STORED_PATH:
                return _text(HTTPStatus.CONFLICT, "there is no result yet")
        return _NOTHING


def _text(status: HTTPStatus, text: str) -> Reply:
    return Reply(status, f"{text}\n".encode(), "text/plain; charset=utf-8")


_NOTHING: Final = _text(HTTPStatus.NOT_FOUND, "nothing is here")
