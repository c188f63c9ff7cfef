"""HTTP/1.1 on kept connections over gevent: as little work for a request as there can be.

The requests are ours and the answers are the platform's, so that a general client's care would be wasted: what it costs
would come off what one core can offer. Connections are taken newest first, and closed at an age, so that replicas that
come later get their share.
"""

import errno
import random
import ssl
from time import monotonic
from typing import Final, NamedTuple
from urllib.parse import urlsplit

from gevent import socket

BLOCK: Final = 65_536  # bytes read at a time
_LOCAL: Final = frozenset({errno.EMFILE, errno.ENFILE, errno.EADDRNOTAVAIL, errno.ENOBUFS, errno.ENOMEM})
_BODILESS: Final = frozenset({204, 304})
_LOOPBACK: Final = ("127.", "localhost", "::1")


class NoAnswerError(Exception):
    """No answer came. `local` where the fault is on our own side of the connection."""

    def __init__(self, reason: str, *, local: bool = False) -> None:
        super().__init__(reason)
        self.reason = reason
        self.local = local


class Answer(NamedTuple):
    """What came back."""

    status: int
    body: bytes


class _ClosedError(Exception):
    """The other side closed before it had said a word: a kept connection that it had given up."""


class _Connection:
    __slots__ = ("expires", "socket")

    def __init__(self, link: socket.socket, expires: float) -> None:
        self.socket = link
        self.expires = expires

    def exchange(self, request: bytes) -> tuple[Answer, bool]:
        """Send a request and read its answer; the second value says whether the connection is kept."""
        try:
            self.socket.sendall(request)
            data = self.socket.recv(BLOCK)
        except (BrokenPipeError, ConnectionResetError):
            raise _ClosedError from None
        if not data:
            raise _ClosedError
        while (end := data.find(b"\r\n\r\n")) < 0:
            data += self._more()
        head, body = data[:end].lower(), data[end + 4 :]
        return Answer(int(head[9:12]), self._body(head, body)), b"\r\nconnection: close" not in head

    def _body(self, head: bytes, body: bytes) -> bytes:
        length = _header(head, b"\r\ncontent-length:")
        if length is not None:
            whole = int(length)
            while len(body) < whole:
                body += self._more()
            return body
        if _header(head, b"\r\ntransfer-encoding:") == b"chunked":
            return self._chunks(body)
        if int(head[9:12]) in _BODILESS:
            return b""
        raise NoAnswerError("no length")

    def _chunks(self, data: bytes) -> bytes:
        body = b""
        while True:
            while (end := data.find(b"\r\n")) < 0:
                data += self._more()
            size = int(data[:end].partition(b";")[0], 16)
            while len(data) < end + size + 4:
                data += self._more()
            body += data[end + 2 : end + 2 + size]
            data = data[end + size + 4 :]
            if not size:
                return body

    def _more(self) -> bytes:
        data: bytes = self.socket.recv(BLOCK)
        if not data:
            raise NoAnswerError("closed")
        return data


class Connections:
    """Connections to one address; `certificate` is a file with the server's own, where it is known by that."""

    def __init__(self, url: str, *, age: float, timeout: float, certificate: str = "") -> None:
        parts = urlsplit(url)
        self._host = parts.hostname or ""
        self._port = parts.port or (443 if parts.scheme == "https" else 80)
        self._tls = _tls_for(self._host, certificate) if parts.scheme == "https" else None
        self._age = age
        self._timeout = timeout
        self._idle: list[_Connection] = []
        self.failed = 0
        self.opened = 0

    @property
    def host(self) -> str:
        return f"{self._host}:{self._port}"

    def ask(self, request: bytes) -> Answer:
        """Send a request on a kept connection, or on a new one.

        Raises:
            NoAnswerError: none came, in time or at all.
        """
        try:
            return self._ask(request)
        except TimeoutError:
            raise NoAnswerError("timeout") from None
        except OSError as error:
            raise NoAnswerError("connection", local=error.errno in _LOCAL) from None
        except ValueError:
            raise NoAnswerError("unreadable") from None

    def close(self) -> None:
        while self._idle:
            self._idle.pop().socket.close()

    def _ask(self, request: bytes) -> Answer:
        while self._idle:
            connection = self._idle.pop()
            try:
                return self._exchange(connection, request)
            except _ClosedError:  # given up by the other side while nobody used it: nothing was heard of the request
                continue
        try:
            return self._exchange(self._open(), request)
        except _ClosedError:
            raise NoAnswerError("closed") from None

    def _exchange(self, connection: _Connection, request: bytes) -> Answer:
        keep = False
        try:
            answer, keep = connection.exchange(request)
        finally:
            if keep and monotonic() < connection.expires:
                self._idle.append(connection)
            else:
                connection.socket.close()
        return answer

    def _open(self) -> _Connection:
        try:
            link = socket.create_connection((self._host, self._port), self._timeout)
            link.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if self._tls is not None:
                link = self._tls.wrap_socket(link, server_hostname=self._host)
        except OSError:
            self.failed += 1
            raise
        self.opened += 1
        # Not all at the same moment: connections that were opened together would be renewed together.
        return _Connection(link, monotonic() + self._age * random.uniform(0.8, 1.2))  # noqa: S311 - spreads, hides nothing


def request_of(method: str, path: str, host: str, credential: str, body: bytes) -> bytes:
    """The bytes of a request."""
    head = f"{method} {path} HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer {credential}\r\n"
    if method == "GET":
        return f"{head}\r\n".encode()
    return f"{head}Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body


def _header(head: bytes, name: bytes) -> bytes | None:
    start = head.find(name)
    if start < 0:
        return None
    end = head.find(b"\r\n", start + 2)
    return head[start + len(name) : end if end > 0 else None].strip()


def _tls_for(host: str, certificate: str) -> ssl.SSLContext:
    """By its own certificate, whatever name it is for, or by authorities; on this machine nobody is between."""
    if certificate:
        context = ssl.create_default_context(cafile=certificate)
        # The certificate itself is trusted, not who signed it.
        context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
        context.check_hostname = False
        return context
    context = ssl.create_default_context()
    if host.startswith(_LOOPBACK):
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context
