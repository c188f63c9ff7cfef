"""Written whole or in two messages, an answer is the same bytes: what uvicorn itself writes is the measure."""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator
from typing import Any

import pytest
import uvicorn
from httptools import HttpResponseParser
from hypothesis import given
from hypothesis import strategies as st
from starlette.types import ASGIApp, Receive, Scope, Send

from telemetry.core.connections import connection_type
from telemetry.core.http.whole import JSON, Answer, make_answer, send_answer

ANSWER = make_answer(202, [JSON], b"whole")
LAST = make_answer(408, [], b"late", last=True)
EMPTY = make_answer(204, [(b"allow", b"POST, OPTIONS")], b"")
POST = b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n"
REQUESTS = {
    "a request": POST + b"\r\n{}",
    "two in a pipeline": (POST + b"\r\n{}") * 2,
    "HEAD": b"HEAD / HTTP/1.1\r\nHost: x\r\n\r\n",
    "HTTP/1.0": b"GET / HTTP/1.0\r\n\r\n",
    "the last of its connection": POST + b"Connection: close\r\n\r\n{}",
    "more than a connection may bring": (POST + b"\r\n{}") * 4,
}
END = b"GET /end HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"


class _Writes:
    """A transport that counts what is written to it."""

    def __init__(self, transport: Any) -> None:  # noqa: ANN401 - uvloop's or asyncio's
        self._transport = transport
        self.written: list[bytes] = []

    def write(self, data: bytes) -> None:
        self.written.append(data)
        self._transport.write(data)

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - the transport's own
        return getattr(self._transport, name)


class _App:
    """Reads each request and answers it, whole where it may or in two messages."""

    def __init__(self, answer: Answer, *, whole: bool) -> None:
        self._answer = answer
        self._whole = whole
        self.written: list[list[bytes]] = []

    async def __call__(self, _scope: Scope, receive: Receive, send: Send) -> None:
        while (await receive()).get("more_body"):
            pass
        cycle: Any = getattr(send, "__self__", None)
        cycle.transport = writes = _Writes(cycle.transport)
        self.written.append(writes.written)
        if self._whole:
            await send_answer(send, self._answer)
        else:
            await send(self._answer.start)
            await send(self._answer.body)


@contextlib.asynccontextmanager
async def _serving(app: ASGIApp) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    listener = socket.create_server(("127.0.0.1", 0))
    http = connection_type(3)
    config = uvicorn.Config(
        app, http=http, ws="none", lifespan="off", log_config=None, date_header=False, server_header=False
    )
    server = uvicorn.Server(config)
    running = asyncio.create_task(server.serve(sockets=[listener]))
    reader, writer = await asyncio.open_connection(*listener.getsockname())
    yield reader, writer
    writer.close()
    server.should_exit = True
    await running
    listener.close()


async def _exchange(app: ASGIApp, request: bytes) -> bytes:
    async with _serving(app) as (reader, writer):
        writer.write(request + END)
        return await reader.read()


@pytest.mark.parametrize("answer", [ANSWER, LAST, EMPTY], ids=["one with a body", "the last one", "an empty one"])
@pytest.mark.parametrize("request_", REQUESTS.values(), ids=REQUESTS)
async def test_the_bytes_are_those_that_uvicorn_writes(answer: Answer, request_: bytes) -> None:
    whole = await _exchange(_App(answer, whole=True), request_)
    assert whole == await _exchange(_App(answer, whole=False), request_)
    assert whole.startswith(b"HTTP/1.1 %d " % answer.status)


async def test_a_client_that_waits_to_be_told_to_go_on_is_told_so() -> None:
    async with _serving(_App(ANSWER, whole=True)) as (reader, writer):
        writer.write(POST + b"Expect: 100-continue\r\n\r\n")
        assert await reader.readuntil(b"\r\n\r\n") == b"HTTP/1.1 100 Continue\r\n\r\n"
        writer.write(b"{}")
        assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 202 ")
        assert await reader.readexactly(5) == b"whole"


async def test_one_answer_is_one_write_while_its_connection_goes_on() -> None:
    app = _App(ANSWER, whole=True)
    await _exchange(app, REQUESTS["a request"])
    assert [len(written) for written in app.written] == [1, 2]  # the second ends the connection, and says so


async def test_who_wraps_the_messages_gets_both() -> None:
    sent: list[str] = []

    async def send(message: Any) -> None:  # noqa: ANN401 - ASGI's own
        sent.append(message["type"])

    await send_answer(send, ANSWER)
    assert sent == ["http.response.start", "http.response.body"]


@given(
    status=st.sampled_from([200, 202, 207, 404, 503]),
    headers=st.dictionaries(
        st.from_regex(rb"x-[a-z]{1,12}", fullmatch=True), st.from_regex(rb"[!-~]{0,12}", fullmatch=True), max_size=5
    ),
    body=st.binary(min_size=1, max_size=200),
)
def test_a_parser_finds_in_the_bytes_what_was_put_in(status: int, headers: dict[bytes, bytes], body: bytes) -> None:
    found: dict[bytes, bytes] = {}
    parts: list[bytes] = []

    class _Heard:
        def on_header(self, name: bytes, value: bytes) -> None:
            found[name] = value

        def on_body(self, part: bytes) -> None:
            parts.append(part)

    whole = make_answer(status, [*headers.items()], body).whole
    parser = HttpResponseParser(_Heard())
    parser.feed_data(whole or b"")
    assert parser.get_status_code() == status
    assert found == headers | {b"content-length": b"%d" % len(body)}
    assert b"".join(parts) == body
