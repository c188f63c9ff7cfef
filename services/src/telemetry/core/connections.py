"""What a client may make of one connection: how many requests, how old it gets, and how long it may keep us waiting."""

import asyncio
import contextlib
import re
import time
from collections.abc import AsyncIterator, Iterable
from typing import Final

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

MAX_CONNECTION_AGE: Final = 600.0  # seconds, so that new replicas get their share of long-lived clients
WAIT_SECONDS: Final = 10.0  # for a request's headers, from the connection or from the last answer on
SWEEP_SECONDS: Final = 1.0

_UPGRADE: Final = re.compile(rb"(?<=\n)(?=upgrade[ \t]*:)", re.IGNORECASE)


class Connection(HttpToolsProtocol):
    """Uvicorn's connection, bounded.

    We speak HTTP/1.1 alone, and may leave an offer to upgrade aside (RFC 9110, 7.8). The parser would take what follows
    it for another protocol and drop the body, which clients that prefer HTTP/2 (Java's, curl's) send without waiting.
    """

    max_requests = 0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override] # as uvicorn has it
        super().connection_made(transport)
        self.served = 0
        self.born = time.monotonic()
        self.waiting_since: float | None = self.born

    def data_received(self, data: bytes) -> None:
        if self.waiting_since is not None and b"pgrade" in data:
            head, end, rest = data.partition(b"\r\n\r\n")
            data = _UPGRADE.sub(b"x-", head) + end + rest
        super().data_received(data)

    def on_headers_complete(self) -> None:
        super().on_headers_complete()
        self.waiting_since = None
        self.served += 1
        if self.served >= self.max_requests or time.monotonic() - self.born > MAX_CONNECTION_AGE:
            self.cycle.default_headers = [*self.cycle.default_headers, (b"connection", b"close")]

    def on_response_complete(self) -> None:
        super().on_response_complete()
        if self.cycle.response_complete:  # no pipelined request is next
            self.waiting_since = time.monotonic()


def connection_type(max_requests: int) -> type[Connection]:
    """Return a protocol that ends each connection, with notice, after a number of requests or an age."""
    return type("BoundedConnection", (Connection,), {"max_requests": max_requests})


@contextlib.asynccontextmanager
async def silent_closed(connections: Iterable[object]) -> AsyncIterator[None]:
    """Meanwhile, close each connection that keeps us waiting for a request: else a few could take all we may hold."""
    sweeping = asyncio.create_task(_sweep(connections))
    try:
        yield
    finally:
        sweeping.cancel()


async def _sweep(connections: Iterable[object]) -> None:
    while True:
        await asyncio.sleep(SWEEP_SECONDS)
        oldest = time.monotonic() - WAIT_SECONDS
        for connection in list(connections):
            if isinstance(connection, Connection) and (connection.waiting_since or oldest) < oldest:
                connection.transport.close()
