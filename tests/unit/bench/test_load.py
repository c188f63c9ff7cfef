import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import pytest
from tools.bench.load import Load, build_requests
from tools.bench.plans import Http, Measured, Timing

OK = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}"
CLOSING = b"HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 2\r\n\r\n{}"
BUSY = b"HTTP/1.1 503 Service Unavailable\r\ncontent-length: 0\r\n\r\n"


class Server:
    """Gives every request one answer, and counts connections and requests."""

    def __init__(self, answer: bytes) -> None:
        self.answer = answer
        self.connections = 0
        self.requests = 0
        self.pipelined = False
        self._open = 0
        self._closed = asyncio.Condition()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        self._open += 1
        with suppress(ConnectionError):
            while data := await reader.read(65_536):
                self.requests += 1
                self.pipelined |= data.count(b"HTTP/1.1") != 1
                writer.write(self.answer)
        writer.close()
        with suppress(ConnectionError):
            await writer.wait_closed()
        async with self._closed:
            self._open -= 1
            self._closed.notify_all()

    async def all_closed(self) -> None:
        """Wait for the last connection: a listener's own end does not, before Python 3.12."""
        async with self._closed:
            await self._closed.wait_for(lambda: not self._open)


@asynccontextmanager
async def serving(server: Server) -> AsyncIterator[int]:
    listener = await asyncio.start_server(server.serve, "127.0.0.1", 0)
    async with listener:
        yield listener.sockets[0].getsockname()[1]
    await server.all_closed()


def plan(port: int, **more: int) -> Http:
    return Http(
        timing=Timing(0.0, 0.1),
        port=port,
        path="/{device}",
        devices=["a", "b"],
        credentials=["key"],
        connections=more.get("connections", 2),
        expected=200,
        batch=more.get("batch", 0),
    )


async def measure(server: Server) -> Measured:
    async with serving(server) as port:
        return await Load(plan(port)).run()


async def test_expected_answers_are_counted_and_connections_kept() -> None:
    server = Server(OK)
    measured = await measure(server)
    assert 0 < measured.count <= server.requests
    assert (server.connections, server.pipelined, measured.wrong) == (2, False, {})
    assert measured.p50 is not None
    assert "load" in measured.cpu


async def test_other_answers_are_not_counted_but_told_by_status() -> None:
    measured = await measure(Server(BUSY))
    assert measured.count == 0
    assert measured.wrong["503"] > 0


async def test_a_connection_that_the_server_ends_is_made_anew() -> None:
    server = Server(CLOSING)
    measured = await measure(server)
    assert server.connections > 2
    assert measured.wrong == {}


@pytest.mark.parametrize("answer", [b"no http at all\r\n\r\n"])
async def test_what_is_no_answer_is_a_fault(answer: bytes) -> None:
    measured = await measure(Server(answer))
    assert measured.count == 0
    assert sum(measured.wrong.values()) > 0


async def test_a_server_that_is_not_there_is_a_fault() -> None:
    async with serving(Server(OK)) as port:
        pass
    measured = await Load(plan(port)).run()
    assert measured.count == 0
    assert measured.wrong["ConnectionRefusedError"] > 0


def test_devices_take_turns_and_a_body_has_its_length() -> None:
    requests = build_requests(plan(80, batch=3))
    first, second, third = (next(requests) for _ in range(3))
    assert [text.split()[1] for text in (first, second, third)] == [b"/a", b"/b", b"/a"]
    head, _, body = first.partition(b"\r\n\r\n")
    assert f"Content-Length: {len(body)}".encode() in head
    assert b"Authorization: Bearer key" in head
