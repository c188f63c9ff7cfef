"""The load generator: a closed loop over keep-alive connections, as lean as Python goes.

A connection sends its next request when it has read the answer to the one before; nothing is pipelined. An answer's
status is checked, its body only framed.
"""

import asyncio
import gc
import time
from array import array
from collections import Counter
from collections.abc import Callable, Iterator
from itertools import cycle
from typing import Final, cast

import uvloop
from httptools import HttpParserError, HttpResponseParser

from tools.bench.meters import Meter, quantile
from tools.bench.plans import Http, Measured
from tools.bench.readings import bodies

HOST: Final = "127.0.0.1"
FINISH_SECONDS: Final = 5.0
RECONNECT_SECONDS: Final = 0.05


def build_requests(plan: Http) -> Iterator[bytes]:
    """Yield requests without end, the devices taking turns."""
    heads = cycle(_heads(plan))
    if plan.batch:
        return (head + body for head, body in zip(heads, bodies(plan.batch), strict=False))
    return heads


def _heads(plan: Http) -> list[bytes]:
    method = "GET"
    content = ""
    if plan.batch:
        method = "POST"
        content = f"Content-Type: application/json\r\nContent-Length: {len(next(bodies(plan.batch)))}\r\n"
    credentials = plan.credentials if len(plan.credentials) > 1 else plan.credentials * len(plan.devices)
    return [
        f"{method} {plan.path.format(device=device)} HTTP/1.1\r\nHost: {HOST}:{plan.port}\r\n"
        f"Authorization: Bearer {credential}\r\n{content}\r\n".encode()
        for device, credential in zip(plan.devices, credentials, strict=True)
    ]


class Tally:
    """What came back while it counted."""

    def __init__(self, expected: int) -> None:
        self.expected = expected
        self.counting = False
        self.count = 0
        self.wrong: Counter[str] = Counter()
        self.latencies = array("d")

    def answered(self, status: int, seconds: float) -> None:
        if not self.counting:
            return
        if status == self.expected:
            self.count += 1
            self.latencies.append(seconds)
        else:
            self.wrong[str(status)] += 1

    def failed(self, fault: str) -> None:
        # Also outside the window: a path that breaks while warming up is not sound either.
        self.wrong[fault] += 1


class Connection(asyncio.Protocol):
    """One connection; it is made anew where the server ends it."""

    def __init__(self, following: Callable[[], bytes], tally: Tally, lost: Callable[["Connection"], None]) -> None:
        self._following = following
        self._tally = tally
        self._lost = lost
        self._sent = 0.0
        self._transport: asyncio.Transport | None = None
        self._parser = HttpResponseParser(self)
        self.waiting = False
        self.stopping = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        self._send()

    def data_received(self, data: bytes) -> None:
        try:
            self._parser.feed_data(data)
        except HttpParserError as error:
            self._tally.failed(type(error).__name__)
            self.close()

    def on_message_complete(self) -> None:
        self.waiting = False
        self._tally.answered(self._parser.get_status_code(), time.perf_counter() - self._sent)
        if self.stopping or not self._parser.should_keep_alive():
            self.close()
        else:
            self._send()

    def connection_lost(self, error: Exception | None) -> None:
        if self.waiting:
            self._tally.failed("connection lost" if error is None else type(error).__name__)
        self._lost(self)

    def close(self) -> None:
        if self._transport is not None:
            self._transport.close()

    def _send(self) -> None:
        assert self._transport is not None  # noqa: S101 - it is called by the transport's own events
        self.waiting = True
        self._sent = time.perf_counter()
        self._transport.write(self._following())


class Load:
    """Keeps so many connections busy, and counts."""

    def __init__(self, plan: Http) -> None:
        self._plan = plan
        self._following = build_requests(plan).__next__
        self._tally = Tally(plan.expected)
        self._connections: set[Connection] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._stopping = False

    async def run(self) -> Measured:
        await asyncio.gather(*(self._connect() for _ in range(self._plan.connections)))
        await asyncio.sleep(self._plan.timing.warm)
        meter, begun = Meter(self._plan.watch), time.perf_counter()
        self._tally.counting = True
        await asyncio.sleep(self._plan.timing.seconds)
        self._tally.counting = False
        seconds = time.perf_counter() - begun
        cpu = meter.shares(seconds)
        await self._finish()
        return self._measured(seconds, cpu)

    def _measured(self, seconds: float, cpu: dict[str, float]) -> Measured:
        tally, ordered = self._tally, sorted(self._tally.latencies)
        return Measured(
            count=tally.count,
            seconds=seconds,
            wrong=dict(tally.wrong),
            cpu=cpu,
            p50=round(quantile(ordered, 0.5) * 1e3, 3) if ordered else None,
            p99=round(quantile(ordered, 0.99) * 1e3, 3) if ordered else None,
        )

    async def _connect(self) -> None:
        loop = asyncio.get_running_loop()
        connection = Connection(self._following, self._tally, self._on_lost)
        self._connections.add(connection)
        try:
            await loop.create_connection(lambda: connection, HOST, self._plan.port)
        except OSError as error:
            self._connections.discard(connection)
            self._tally.failed(type(error).__name__)
            await asyncio.sleep(RECONNECT_SECONDS)
            self._again()

    def _on_lost(self, connection: Connection) -> None:
        self._connections.discard(connection)
        self._again()

    def _again(self) -> None:
        if not self._stopping:
            task = asyncio.get_running_loop().create_task(self._connect())
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _finish(self) -> None:
        """Take the answers that are under way, then hang up."""
        self._stopping = True
        for connection in self._connections:
            connection.stopping = True
        until = time.perf_counter() + FINISH_SECONDS
        while self._connections and time.perf_counter() < until:  # noqa: ASYNC110 - once, at the end
            await asyncio.sleep(0.01)
        for connection in list(self._connections):
            connection.close()


def measure_http(plan: Http) -> Measured:
    gc.disable()  # a few seconds, and nothing in it makes cycles
    return uvloop.run(Load(plan).run())
