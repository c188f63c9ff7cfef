import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Callable

import pytest
import uvicorn
from starlette.types import Receive, Scope, Send

from telemetry.core import connections
from telemetry.core.connections import connection_type, silent_closed

BODY = b'{"time": "now"}'
POST = b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n" % len(BODY)


async def _echo(_scope: Scope, receive: Receive, send: Send) -> None:
    body, more = b"", True
    while more:
        message = await receive()
        body, more = body + message.get("body", b""), message.get("more_body", False)
    length = str(len(body)).encode()
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", length)]})
    await send({"type": "http.response.body", "body": body})


@contextlib.asynccontextmanager
async def _serving() -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    """Serve on a port of its own, and give one connection to it."""
    listener = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(
        uvicorn.Config(_echo, http=connection_type(100), ws="none", lifespan="off", log_config=None)
    )
    running = asyncio.create_task(server.serve(sockets=[listener]))
    reader, writer = await asyncio.open_connection(*listener.getsockname())
    async with silent_closed(server.server_state.connections):
        yield reader, writer
    writer.close()
    server.should_exit = True
    await running
    listener.close()


async def _answer(reader: asyncio.StreamReader) -> bytes:
    await reader.readuntil(b"\r\n\r\n")
    return await reader.readexactly(len(BODY))


@pytest.mark.parametrize(
    "offer", [b"Upgrade: h2c\r\nConnection: Upgrade\r\n", b"connection: upgrade\r\nupgrade: websocket\r\n"]
)
async def test_an_offer_to_upgrade_is_left_aside_and_the_body_taken(offer: bytes) -> None:
    async with _serving() as (reader, writer):
        for _ in range(2):  # the connection goes on
            writer.write(POST + offer + b"\r\n" + BODY)
            assert await _answer(reader) == BODY


async def test_a_body_that_speaks_of_upgrades_is_taken_as_it_is() -> None:
    body = b"\r\nUpgrade: x\r\n\r\n"[-len(BODY) :]
    async with _serving() as (reader, writer):
        writer.write(POST + b"Connection: Upgrade\r\n\r\n" + body)
        assert await _answer(reader) == body


@pytest.fixture
def swept(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Connections are looked at all the time; those that wait are closed from the call on."""
    monkeypatch.setattr(connections, "SWEEP_SECONDS", 0.001)
    return lambda: monkeypatch.setattr(connections, "WAIT_SECONDS", 0.0)


@pytest.mark.parametrize("begun", [b"", b"POST / HT", POST])
async def test_a_connection_that_keeps_us_waiting_for_headers_is_closed(
    begun: bytes, swept: Callable[[], None]
) -> None:
    async with _serving() as (reader, writer):
        writer.write(begun)
        swept()
        assert await reader.read() == b""


async def test_so_is_one_that_trickles_after_an_answer(swept: Callable[[], None]) -> None:
    async with _serving() as (reader, writer):
        writer.write(POST + b"\r\n" + BODY)
        await _answer(reader)
        writer.write(b"POST /")
        swept()
        assert await reader.read() == b""


async def test_a_body_on_its_way_is_not_silence(swept: Callable[[], None]) -> None:
    async with _serving() as (reader, writer):
        writer.write(POST + b"Expect: 100-continue\r\n\r\n")
        await reader.readuntil(b"\r\n\r\n")  # so the headers are there
        swept()
        for byte in BODY:
            await asyncio.sleep(connections.SWEEP_SECONDS)
            writer.write(bytes([byte]))
        assert await _answer(reader) == BODY
