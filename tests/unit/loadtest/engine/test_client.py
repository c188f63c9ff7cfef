"""The client against servers that answer in every form HTTP/1.1 allows, or not at all."""

import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
import trustme

from telemetry_loadtest.engine.client import Answer, Connections, NoAnswerError, request_of
from tests.support.authority import CertificateFiles, write_certificate
from tests.support.waiting import wait_until

REQUEST = request_of("GET", "/x", "host", "token", b"")
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


class Scripted:
    """Gives each request on each connection the next of its answers; b"" closes the connection instead."""

    def __init__(self, *answers: bytes) -> None:
        self.answers = list(answers)
        self.connections = 0
        self.requests: list[bytes] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self._threads = [threading.Thread(target=self._accept)]
        self._threads[0].start()

    def close(self) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for thread in self._threads:
            thread.join()

    def _accept(self) -> None:
        while True:
            try:
                link, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            thread = threading.Thread(target=self._serve, args=(link,))
            thread.start()
            self._threads.append(thread)

    def _serve(self, link: socket.socket) -> None:
        with link:
            while request := link.recv(65_536):
                self.requests.append(request)
                answer = self.answers.pop(0) if self.answers else b""
                if not answer:
                    return
                link.sendall(answer)


@pytest.fixture
def scripted() -> Iterator["Script"]:
    opened: list[tuple[Scripted, Connections]] = []

    def script(*answers: bytes, age: float = 60, timeout: float = 5) -> tuple[Scripted, Connections]:
        server = Scripted(*answers)
        opened.append((server, Connections(server.url, age=age, timeout=timeout)))
        return opened[-1]

    yield script
    for server, connections in opened:
        connections.close()
        server.close()


Script = Callable[..., tuple[Scripted, Connections]]

FORMS = {
    "with a length": (OK, Answer(200, b"ok")),
    "in another spelling": (b"HTTP/1.1 404 Not Found\r\ncontent-length:2\r\n\r\nno", Answer(404, b"no")),
    "in chunks": (
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2;x=y\r\nde\r\n0\r\n\r\n",
        Answer(200, b"abcde"),
    ),
    "without a body": (b"HTTP/1.1 204 No Content\r\n\r\n", Answer(204, b"")),
    "long": (b"HTTP/1.1 200 OK\r\nContent-Length: 200000\r\n\r\n" + b"x" * 200_000, Answer(200, b"x" * 200_000)),
}  # fmt: skip


@pytest.mark.parametrize("form", FORMS)
def test_an_answer_is_read_in_every_form(scripted: Script, form: str) -> None:
    sent, expected = FORMS[form]
    _, connections = scripted(sent)
    assert connections.ask(REQUEST) == expected


def test_a_connection_is_kept(scripted: Script) -> None:
    server, connections = scripted(OK, OK, OK)
    assert [connections.ask(REQUEST).status for _ in range(3)] == [200] * 3
    assert server.connections == 1


def test_a_connection_is_made_anew_when_the_server_asks_for_it(scripted: Script) -> None:
    server, connections = scripted(OK.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n", 1), OK)
    assert [connections.ask(REQUEST).status for _ in range(2)] == [200] * 2
    assert server.connections == 2


def test_a_connection_is_made_anew_at_its_age(scripted: Script) -> None:
    server, connections = scripted(OK, OK, age=0)
    assert [connections.ask(REQUEST).status for _ in range(2)] == [200] * 2
    assert server.connections == 2


def test_a_request_on_a_connection_that_was_given_up_meanwhile_goes_out_on_another(scripted: Script) -> None:
    server, connections = scripted(OK, b"", OK)
    assert [connections.ask(REQUEST).status for _ in range(2)] == [200] * 2
    wait_until(lambda: len(server.requests) == 3, what="the request was sent again")


@pytest.mark.parametrize(
    ("answer", "reason"),
    [(b"", "closed"), (b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf", "timeout"), (b"HTTP/1.1 ", "timeout"),
     (b"HTTP/1.1 two OK\r\nContent-Length: 0\r\n\r\n", "unreadable")],
)  # fmt: skip
def test_an_answer_that_is_none_is_told_as_what_it_was(scripted: Script, answer: bytes, reason: str) -> None:
    _, connections = scripted(answer, timeout=0.2)
    with pytest.raises(NoAnswerError) as raised:
        connections.ask(REQUEST)
    assert (raised.value.reason, raised.value.local) == (reason, False)


def test_nobody_listening_is_a_connection_that_failed() -> None:
    closed = socket.create_server(("127.0.0.1", 0))
    port = closed.getsockname()[1]
    closed.close()
    connections = Connections(f"http://127.0.0.1:{port}", age=1, timeout=1)
    with pytest.raises(NoAnswerError, match="connection"):
        connections.ask(REQUEST)
    assert connections.failed == 1


@contextmanager
def encrypted(files: CertificateFiles) -> Iterator[str]:
    """A server with a certificate, that answers one request of one connection."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(files.chain, files.key)
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            link, _ = listener.accept()
            with link, suppress(OSError), context.wrap_socket(link, server_side=True) as safe:
                safe.recv(65_536)
                safe.sendall(OK)

        thread = threading.Thread(target=serve)
        thread.start()
        yield f"https://127.0.0.1:{listener.getsockname()[1]}"
        thread.join()


def test_a_server_is_known_by_its_own_certificate_whatever_name_that_is_for(tmp_path: Path) -> None:
    files = write_certificate(trustme.CA(), tmp_path / "own", "telemetry.example.org")
    with encrypted(files) as url:
        connections = Connections(url, age=5, timeout=5, certificate=str(files.chain))
        assert connections.ask(REQUEST).body == b"ok"
        connections.close()


def test_a_server_with_another_certificate_is_told_nothing(tmp_path: Path) -> None:
    other = write_certificate(trustme.CA(), tmp_path / "other")
    with encrypted(write_certificate(trustme.CA(), tmp_path / "own")) as url:
        connections = Connections(url, age=5, timeout=5, certificate=str(other.chain))
        with pytest.raises(NoAnswerError, match="connection"):
            connections.ask(REQUEST)
        connections.close()


def test_a_request_says_who_asks_for_what() -> None:
    assert request_of("POST", "/a", "h:1", "key", b"{}") == (
        b"POST /a HTTP/1.1\r\nHost: h:1\r\nAuthorization: Bearer key\r\nContent-Type: application/json\r\n"
        b"Content-Length: 2\r\n\r\n{}"
    )
