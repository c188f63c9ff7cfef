"""`python -m tools.held.pacing`: arrivals at a rate, whatever becomes of those before; the plan on standard input.

An arrival takes a free connection or a new one; where there are as many as allowed, it waits for one, and its latency
counts from when it was due all the same. It is given up when it has waited too long. Refusals count from when they were
asked for: how long they wait for a connection here is not the platform's doing.
"""

import asyncio
import gc
import signal
import sys
import time
from array import array
from collections import Counter, deque
from typing import Final, cast

import msgspec
import uvloop
from httptools import HttpParserError, HttpResponseParser

from tools.bench.load import HOST, build_requests
from tools.bench.meters import quantile
from tools.bench.plans import Http
from tools.held.results import Second, Stage

TICK_SECONDS: Final = 0.001
FINISH_SECONDS: Final = 10.0
REFUSALS: Final = frozenset({429, 503})


class Paced(msgspec.Struct, frozen=True):
    """Requests as `request` describes them, over as many connections at most; each stage is a rate and its seconds.

    An arrival waits for a free connection for `patience` seconds at most.
    """

    request: Http
    stages: list[tuple[float, float]]
    patience: float


class Account:
    """The arrivals of one second, and what became of them."""

    def __init__(self) -> None:
        self.offered = 0
        self.unsent = 0
        self.answers: Counter[str] = Counter()
        self.accepted = array("d")
        self.refused = array("d")
        self.served = array("d")

    def close(self) -> Second:
        p50, p99 = percentiles([self.accepted])
        refused_p50, refused_p99 = percentiles([self.refused])
        return Second(
            offered=self.offered,
            answers=dict(self.answers),
            unsent=self.unsent,
            p50=p50,
            p99=p99,
            refused_p50=refused_p50,
            refused_p99=refused_p99,
        )


class Connection(asyncio.Protocol):
    """One connection, asking one thing at a time."""

    def __init__(self, pacer: "Pacer") -> None:
        self._pacer = pacer
        self._parser = HttpResponseParser(self)
        self.transport: asyncio.Transport | None = None
        self.due: float | None = None
        self._sent = 0.0
        self.answers = 0
        self.heard = False
        """Of the request that is under way."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        self.heard = True
        try:
            self._parser.feed_data(data)
        except HttpParserError:
            self.close()

    def on_message_complete(self) -> None:
        due, self.due = self.due, None
        self.answers += 1
        if due is not None:
            self._pacer.answered(due, self._sent, self._parser.get_status_code())
        if self._parser.should_keep_alive():
            self._pacer.free(self)
        else:
            self.close()

    def connection_lost(self, _error: Exception | None) -> None:
        self._pacer.lost(self)

    def ask(self, due: float, request: bytes) -> None:
        assert self.transport is not None  # noqa: S101 - it is made before it is free
        self.due, self.heard = due, False
        self._sent = time.perf_counter()
        self.transport.write(request)

    def close(self) -> None:
        if self.transport is not None:
            self.transport.close()


class Pacer:
    """Keeps to the rate, and counts."""

    def __init__(self, plan: Paced) -> None:
        self._plan = plan
        self._following = build_requests(plan.request).__next__
        self._expected = plan.request.expected
        self._accounts: list[Account] = []
        self._idle: list[Connection] = []
        self._waiting: deque[float] = deque()
        self._connections: set[Connection] = set()
        self._opening: set[asyncio.Task[None]] = set()
        self._begin = 0.0
        self._stopping = False

    def stop(self) -> None:
        """Let nothing more arrive."""
        self._stopping = True

    async def run(self) -> list[Stage]:
        whole = sum(round(seconds) for _, seconds in self._plan.stages)
        self._accounts = [Account() for _ in range(whole)]
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, self.stop)
        self._begin, passed = time.perf_counter(), 0.0
        for rate, seconds in self._plan.stages:
            await self._stage(rate, self._begin + passed, seconds)
            passed += seconds
        until = time.perf_counter() + FINISH_SECONDS
        while self._busy() and time.perf_counter() < until:  # noqa: ASYNC110 - once, at the end
            await asyncio.sleep(0.01)
        self._give_up(everything=True)
        for connection in list(self._connections):
            connection.close()
        return self._stages()

    async def _stage(self, rate: float, begin: float, seconds: float) -> None:
        issued, whole = 0, int(rate * seconds)
        while issued < whole and not self._stopping:
            due = min(int((time.perf_counter() - begin) * rate) + 1, whole)
            for number in range(issued, due):
                self._arrive(begin + number / rate)
            issued = max(issued, due)
            self._give_up()
            await asyncio.sleep(TICK_SECONDS)

    def _arrive(self, due: float) -> None:
        self._account(due).offered += 1
        if self._idle:
            self._idle.pop().ask(due, self._following())
            return
        self._waiting.append(due)
        self._connect()

    def _connect(self) -> None:
        if len(self._connections) + len(self._opening) < self._plan.request.connections:
            task = asyncio.get_running_loop().create_task(self._open())
            self._opening.add(task)
            task.add_done_callback(self._opening.discard)

    async def _open(self) -> None:
        loop = asyncio.get_running_loop()
        try:
            _, connection = await loop.create_connection(lambda: Connection(self), HOST, self._plan.request.port)
        except OSError as error:
            if self._waiting:
                self._account(self._waiting.popleft()).answers[type(error).__name__] += 1
            return
        self._connections.add(connection)
        self.free(connection)

    def free(self, connection: Connection) -> None:
        if self._waiting:
            connection.ask(self._waiting.popleft(), self._following())
        else:
            self._idle.append(connection)

    def answered(self, due: float, sent: float, status: int) -> None:
        account, now = self._account(due), time.perf_counter()
        account.answers[str(status)] += 1
        if status == self._expected:
            account.accepted.append(now - due)
            account.served.append(now - sent)
        elif status in REFUSALS:
            account.refused.append(now - sent)

    def lost(self, connection: Connection) -> None:
        self._connections.discard(connection)
        if connection in self._idle:
            self._idle.remove(connection)
        due, connection.due = connection.due, None
        if due is None:
            return
        if connection.answers and not connection.heard:
            self._waiting.appendleft(due)  # kept, and given up by the other side just then: asked again on another
            self._connect()
        else:
            self._account(due).answers["connection lost"] += 1

    def _account(self, due: float) -> Account:
        return self._accounts[min(int(due - self._begin), len(self._accounts) - 1)]

    def _busy(self) -> bool:
        return bool(self._waiting or self._opening) or any(it.due is not None for it in self._connections)

    def _give_up(self, *, everything: bool = False) -> None:
        oldest = time.perf_counter() - self._plan.patience
        while self._waiting and (everything or self._waiting[0] < oldest):
            self._account(self._waiting.popleft()).unsent += 1

    def _stages(self) -> list[Stage]:
        stages, first = [], 0
        for rate, seconds in self._plan.stages:
            accounts = self._accounts[first : first + round(seconds)]
            first += len(accounts)
            while self._stopping and accounts and not accounts[-1].offered:
                accounts.pop()
            p50, p99 = percentiles([it.accepted for it in accounts])
            refused_p50, refused_p99 = percentiles([it.refused for it in accounts])
            served_p50, served_p99 = percentiles([it.served for it in accounts])
            stages.append(
                Stage(
                    rate=rate,
                    seconds=[it.close() for it in accounts],
                    p50=p50,
                    p99=p99,
                    refused_p50=refused_p50,
                    refused_p99=refused_p99,
                    served_p50=served_p50,
                    served_p99=served_p99,
                )
            )
        return stages


def percentiles(latencies: "list[array[float]]") -> tuple[float | None, float | None]:
    """Return p50 and p99 in milliseconds, nothing where there is nothing."""
    ordered = sorted(value for one in latencies for value in one)
    if not ordered:
        return None, None
    return round(quantile(ordered, 0.5) * 1e3, 2), round(quantile(ordered, 0.99) * 1e3, 2)


def main() -> None:
    plan = msgspec.json.decode(sys.stdin.buffer.read(), type=Paced)
    gc.freeze()
    gc.disable()  # nothing that is made for each request makes cycles
    sys.stdout.buffer.write(msgspec.json.encode(uvloop.run(Pacer(plan).run())))


if __name__ == "__main__":
    main()
