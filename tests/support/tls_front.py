"""TLS before a server that has none: the wheels' PostgreSQL and Valkey are built without it.

As a proxy or a managed service would: a client speaks TLS to the front, the front speaks to the server in clear.
"""

import asyncio
import ssl
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress

from telemetry_operator.local.servers.server import LOOPBACK
from tests.support.authority import CertificateFiles
from tests.support.ports import take_port

SSL_REQUEST = b"\x00\x00\x00\x08\x04\xd2\x16\x2f"  # with which a client of PostgreSQL asks for TLS
CHUNK = 65_536


class _Front:
    def __init__(self, backend: int, context: ssl.SSLContext, *, asks_first: bool) -> None:
        self._backend = backend
        self._context = context
        self._asks_first = asks_first
        self._serving: set[asyncio.Task[None]] = set()

    def accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        serving = asyncio.ensure_future(self._serve(reader, writer))
        self._serving.add(serving)
        serving.add_done_callback(self._serving.discard)

    async def end(self) -> None:
        """End what is still being carried, and wait until it is."""
        ending = list(self._serving)
        for serving in ending:
            serving.cancel()
        await asyncio.gather(*ending, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        async with closing(writer):
            if self._asks_first:
                assert await reader.readexactly(len(SSL_REQUEST)) == SSL_REQUEST
                writer.write(b"S")
            await writer.start_tls(self._context)
            behind, ahead = await asyncio.open_connection(LOOPBACK, self._backend)
            async with closing(ahead):
                await asyncio.gather(_pump(reader, ahead), _pump(behind, writer))


@asynccontextmanager
async def closing(writer: asyncio.StreamWriter) -> AsyncIterator[None]:
    """Close at the end, with all that was written sent; at once where it is cancelled."""
    try:
        with suppress(OSError, asyncio.IncompleteReadError):
            yield
        writer.close()
        with suppress(OSError):
            await writer.wait_closed()
    finally:
        writer.transport.abort()


async def _pump(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        while data := await source.read(CHUNK):
            sink.write(data)
            await sink.drain()
    sink.close()


@contextmanager
def tls_front(backend: int, files: CertificateFiles, *, asks_first: bool = False) -> Iterator[int]:
    """Yield the port of a front before a server's; `asks_first` is PostgreSQL's way to begin."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*files)
    port = take_port()
    loop, up = asyncio.new_event_loop(), threading.Event()
    front = _Front(backend, context, asks_first=asks_first)

    async def run() -> None:
        async with await asyncio.start_server(front.accept, LOOPBACK, port):
            up.set()
            await ended.wait()

    ended = asyncio.Event()
    thread = threading.Thread(target=loop.run_until_complete, args=(run(),))
    thread.start()
    up.wait()
    try:
        yield port
    finally:
        loop.call_soon_threadsafe(ended.set)
        thread.join()
        loop.run_until_complete(front.end())
        loop.close()
