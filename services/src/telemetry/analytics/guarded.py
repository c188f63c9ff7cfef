"""The store, guarded: nobody waits long for it, nobody asks it while it is away, and each question is timed.

A frozen server answers nothing, not even a request to cancel: the question is left to itself, its connection with it,
and the caller told. The pool bounds how many there can be.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from typing import Any, Final, TypeVar

from telemetry.analytics.metrics import QUERIES_IN_FLIGHT, QUERY_SECONDS
from telemetry.core.aggregation import SummedBucket
from telemetry.core.circuit import Circuit
from telemetry.core.dead_letters import KeptLetter, LetterPlace, LetterQuery
from telemetry.core.ports import (
    AggregateQuery,
    CatchingUp,
    KeptReading,
    Position,
    Reader,
    ReadingQuery,
    Saturated,
    Snapshot,
    TimeRange,
    Unavailable,
)
from telemetry_contract.api import DeviceSummary, Integrity, Latest, Stats, StoredReading
from telemetry_contract.identity import Digest

T = TypeVar("T")

POSTGRES: Final = "PostgreSQL"
SHORT_SECONDS: Final = 5.0  # for what indexes answer at once
LONG_SECONDS: Final = 35.0  # for what may scan; PostgreSQL's own limit comes first
PROBE_SECONDS: Final = 3.0

Check = Callable[[], Awaitable[None]]


class GuardedReader:
    """A Reader in front of another; `check` asks the store whether it is there, and raises `Unavailable` if not."""

    def __init__(
        self, reader: Reader, check: Check, *, server: str = POSTGRES, short_seconds: float = SHORT_SECONDS
    ) -> None:
        self._server = server
        self._short_seconds = short_seconds
        self._reader = reader
        self._check = check
        self._circuit = Circuit(server, self._answers)
        self._left: set[asyncio.Task[Any]] = set()

    async def devices(self, *, after: str | None, limit: int) -> Snapshot[list[DeviceSummary]]:
        return await self._ask("devices", lambda: self._reader.devices(after=after, limit=limit))

    async def device(self, device: str) -> Snapshot[DeviceSummary | None]:
        return await self._ask("device", lambda: self._reader.device(device))

    async def latest(self, devices: Sequence[str]) -> Snapshot[list[Latest]]:
        return await self._ask("latest", lambda: self._reader.latest(devices))

    async def readings(self, query: ReadingQuery) -> Snapshot[list[StoredReading]]:
        return await self._ask("readings", lambda: self._reader.readings(query), LONG_SECONDS)

    async def export(self, query: ReadingQuery) -> Snapshot[list[KeptReading]]:
        return await self._ask("export", lambda: self._reader.export(query), LONG_SECONDS)

    async def aggregate(self, query: AggregateQuery) -> Snapshot[list[SummedBucket]]:
        return await self._ask("aggregate", lambda: self._reader.aggregate(query), LONG_SECONDS)

    async def digest(self, devices: Sequence[str], within: TimeRange) -> Snapshot[Digest]:
        return await self._ask("digest", lambda: self._reader.digest(devices, within), LONG_SECONDS)

    async def integrity(self) -> Snapshot[Integrity]:
        return await self._ask("integrity", self._reader.integrity)

    async def dead_letters(self, query: LetterQuery) -> Snapshot[list[KeptLetter]]:
        return await self._ask("dead-letters", lambda: self._reader.dead_letters(query), LONG_SECONDS)

    async def dead_letter(self, place: LetterPlace) -> Snapshot[KeptLetter | None]:
        return await self._ask("dead-letter", lambda: self._reader.dead_letter(place))

    async def contents(self, readings: Sequence[Position]) -> Snapshot[dict[bytes, bytes]]:
        return await self._ask("contents", lambda: self._reader.contents(readings))

    async def stats(self) -> Snapshot[Stats]:
        return await self._ask("stats", self._reader.stats, LONG_SECONDS)

    async def until_up(self) -> None:
        """Take the store to be away, and return when it has answered."""
        self._circuit.open()
        await self._circuit.until_up()

    async def close(self) -> None:
        await self._circuit.close()
        for task in self._left:
            task.cancel()

    async def _ask(self, name: str, question: Callable[[], Coroutine[Any, Any, T]], seconds: float | None = None) -> T:
        self._circuit.require()
        started = time.perf_counter()
        QUERIES_IN_FLIGHT.inc()
        try:
            return await self._within(seconds or self._short_seconds, question())
        except (Saturated, CatchingUp):
            raise
        except Unavailable as error:
            self._circuit.note_failure(error)
            raise
        finally:
            QUERIES_IN_FLIGHT.dec()
            QUERY_SECONDS.labels(name).observe(time.perf_counter() - started)

    async def _within(self, seconds: float, question: Coroutine[Any, Any, T]) -> T:
        task = asyncio.get_running_loop().create_task(question)
        try:
            done, _ = await asyncio.wait([task], timeout=seconds)
        except asyncio.CancelledError:
            self._leave(task)
            task.cancel()  # nobody wants to know any more; psycopg tells the server so
            raise
        if not done:
            self._leave(task)
            raise Unavailable(f"{self._server} did not answer within {seconds:g} s")
        return task.result()

    def _leave(self, task: asyncio.Task[Any]) -> None:
        self._left.add(task)
        task.add_done_callback(self._forget)

    def _forget(self, task: asyncio.Task[Any]) -> None:
        self._left.discard(task)
        if not task.cancelled():
            task.exception()  # whatever it was, the caller has been told already

    async def _answers(self) -> bool:
        try:
            await self._within(PROBE_SECONDS, self._probe())
        except Unavailable:
            return False
        return True

    async def _probe(self) -> None:
        await self._check()
