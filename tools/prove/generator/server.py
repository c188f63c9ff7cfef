"""`python -m tools.prove.generator.server DELAYS`: a server that answers after known delays, and writes down what came.

It prints its port, serves until its standard input ends, and then prints what it kept. What a run needs before its
first arrival is answered at once and not counted.
"""

import asyncio
import sys
import time
from typing import Final

import msgspec

from telemetry_contract.api import BatchAnswer, ItemAnswer, Latest, LatestValue, Status
from telemetry_contract.times import format_time
from telemetry_loadtest.workload import METRIC
from tools.prove.generator.delays import Delays, Kept

HOST: Final = "127.0.0.1"
STORED: Final = b'{"status":"stored"}'
BATCH: Final = b"POST /api/v1/readings "
LATEST: Final = "/latest"


class Delayed:
    """What was asked so far, and when the next answer is due."""

    def __init__(self, delays: Delays) -> None:
        self._delays = delays
        self._stalled_until = 0.0
        self.kept = Kept()

    def due(self, now: float) -> float:
        """Count a request that arrives now, and return when it is answered, both on the loop's clock."""
        number = len(self.kept.arrived)
        self.kept.arrived.append(time.time())
        if self._delays.stall and number == self._delays.after:
            self._stalled_until = now + self._delays.stall
        return max(now + self._delays.of(number), self._stalled_until)


class Connection(asyncio.Protocol):
    """One connection; a request arrives in one piece, and the next when this one is answered."""

    def __init__(self, delayed: Delayed, loop: asyncio.AbstractEventLoop) -> None:
        self._delayed = delayed
        self._loop = loop

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)  # noqa: S101 - a TCP server has no other
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        path = data[: data.find(b"\r\n")].decode().split(" ")[1]
        if data.startswith(BATCH):
            items = [ItemAnswer(Status.STORED)] * data.count(b'"device"')
            self._answer(msgspec.json.encode(BatchAnswer(len(items), 0, items)))
        elif path.endswith(LATEST):
            values = {METRIC: LatestValue(1.0, format_time(time.time_ns() // 1000))}
            self._answer(msgspec.json.encode(Latest(path.split("/")[-2], values)))
        elif (due := self._delayed.due(now := self._loop.time())) > now:
            self._loop.call_at(due, self._answer_late, due)
        else:
            self._answer(STORED)

    def _answer_late(self, due: float) -> None:
        self._delayed.kept.late = max(self._delayed.kept.late, self._loop.time() - due)
        self._answer(STORED)

    def _answer(self, body: bytes) -> None:
        head = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(body)
        self._transport.write(head + body)


async def serve(delays: Delays) -> Kept:
    """Serve until standard input ends."""
    loop, delayed = asyncio.get_running_loop(), Delayed(delays)
    server = await loop.create_server(lambda: Connection(delayed, loop), HOST, 0, backlog=4096)
    _tell(server.sockets[0].getsockname()[1])
    await loop.run_in_executor(None, sys.stdin.read)
    server.close()
    return delayed.kept


def _tell(what: object) -> None:
    sys.stdout.buffer.write(msgspec.json.encode(what) + b"\n")
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    _tell(asyncio.run(serve(msgspec.json.decode(sys.argv[1], type=Delays))))
