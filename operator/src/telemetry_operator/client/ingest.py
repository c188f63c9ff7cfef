"""Sending readings to a platform: batches, retries with the same ids, and the books of what came of each.

Readings that share a route and a credential share a lane. A lane has one request under way at a time, so a device's
readings arrive in the order they were offered; what gathers meanwhile is the next batch. Readings held in memory are
bounded: `offer` waits when the platform is slower than the source.
"""

import asyncio
import random
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from types import TracebackType
from typing import Final, Self

import httpx
import msgspec

from telemetry_contract.api import ItemAnswer
from telemetry_contract.readings import Reading
from telemetry_contract.times import format_time
from telemetry_operator.client.answers import ACKNOWLEDGED, Answer, is_passing, read_answer, unreachable
from telemetry_operator.client.books import Books
from telemetry_operator.client.credentials import Credentials
from telemetry_operator.client.retry import Backoff

pause: Final = asyncio.sleep

_LIMITED_ATTEMPTS: Final = 2  # after so many refusals by a rate limit a batch is sent in parts


@dataclass(frozen=True, slots=True)
class Limits:
    """How much at once, and how long (seconds)."""

    batch: int = 500  # readings in a request
    linger: float = 0.1  # a first reading waits this long for others
    requests: int = 32  # under way at a time
    readings: int = 20_000  # held in memory
    patience: float = 60.0  # until a reading is given up, from its offer or its lane's last sign of life on
    backoff: Backoff = field(default_factory=Backoff)


@dataclass(slots=True, eq=False)
class _Lane:
    path: str
    credential: str
    waiting: list[tuple[Reading, float]] = field(default_factory=list)  # and when it was offered
    heard: float = 0.0  # when a reading of it was last decided, or a rate limit waited out
    busy: bool = False


class _Wire(msgspec.Struct, frozen=True, omit_defaults=True):
    device: str
    time: str
    metrics: dict[str, float | int | bool | str]
    id: str | None = None


class Ingest:
    """Sends what it is offered; leaving its context waits until every reading has an answer or is given up."""

    def __init__(
        self,
        client: httpx.AsyncClient,
        credentials: Credentials,
        books: Books,
        limits: Limits | None = None,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self._client = client
        self._credentials = credentials
        self._books = books
        self._limits = limits or Limits()
        self._chance = chance
        self._lanes: dict[tuple[str, str], _Lane] = {}
        self._room = asyncio.Semaphore(self._limits.readings)
        self._requests = asyncio.Semaphore(self._limits.requests)
        self._tasks = asyncio.TaskGroup()

    async def __aenter__(self) -> Self:
        await self._tasks.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            await self._tasks.__aexit__(kind, error, trace)
        except BaseExceptionGroup as group:
            if group.exceptions != (error,):
                raise
            # The body's own error, which a group would only wrap: it goes on as it is.

    async def offer(self, reading: Reading) -> None:
        """Take a reading on; it is sent with others of its lane."""
        await self._room.acquire()
        self._books.offered += 1
        key = self._credentials.lane_of(reading.device)
        lane = self._lanes.get(key)
        if lane is None:
            lane = self._lanes[key] = _Lane(*key)
        lane.waiting.append((reading, time.monotonic()))
        if not lane.busy:
            lane.busy = True
            self._tasks.create_task(self._drain(lane))

    async def _drain(self, lane: _Lane) -> None:
        await asyncio.sleep(self._limits.linger)
        while lane.waiting:
            taken = lane.waiting[: self._limits.batch]
            del lane.waiting[: self._limits.batch]
            await self._deliver(lane, [reading for reading, _ in taken], offered=taken[-1][1])
            for _ in taken:
                self._room.release()
        lane.busy = False

    async def _deliver(self, lane: _Lane, batch: Sequence[Reading], offered: float) -> None:
        """Send until each reading is accepted or refused, or patience ends: after one attempt, where it has already."""
        failures = refusals = 0
        while batch:
            answer = await self._attempt(lane, batch)
            if answer.too_large or (answer.limited and refusals >= _LIMITED_ATTEMPTS and len(batch) > 1):
                await self._halve(lane, batch, offered)
                return
            rest = self._enter(batch, answer.items)
            if len(rest) < len(batch):
                lane.heard = time.monotonic()
            batch = [reading for reading, _ in rest]
            seconds = self._pause(answer, failures)
            if not answer.limited and time.monotonic() + seconds > max(offered, lane.heard) + self._limits.patience:
                for reading, item in rest:
                    self._books.give_up(reading, item)
                return
            if rest:
                self._books.retried += len(batch)
                await pause(seconds)
            if answer.limited:
                refusals, lane.heard = refusals + 1, time.monotonic()
            else:
                failures += 1

    def _pause(self, answer: Answer, failures: int) -> float:
        backoff, chance = self._limits.backoff, self._chance()
        if answer.limited and answer.retry_after is not None:
            return backoff.asked_pause(answer.retry_after, chance)
        return backoff.pause(failures, answer.retry_after, chance)

    async def _halve(self, lane: _Lane, batch: Sequence[Reading], offered: float) -> None:
        middle = len(batch) // 2
        await self._deliver(lane, batch[:middle], offered)
        await self._deliver(lane, batch[middle:], offered)

    def _enter(self, batch: Sequence[Reading], items: Sequence[ItemAnswer]) -> list[tuple[Reading, ItemAnswer]]:
        """Enter in the books what is decided, return what is to be sent again."""
        rest = []
        for reading, item in zip(batch, items, strict=True):
            if item.status in ACKNOWLEDGED:
                self._books.acknowledge(reading, item.status)
            elif is_passing(item):
                rest.append((reading, item))
            else:
                self._books.refuse(reading, item)
        return rest

    async def _attempt(self, lane: _Lane, batch: Sequence[Reading]) -> Answer:
        body = encode_batch(batch)
        headers = {"Authorization": f"Bearer {lane.credential}", "Content-Type": "application/json"}
        self._books.requests += 1
        try:
            async with self._requests:
                response = await self._client.post(lane.path, content=body, headers=headers)
        except httpx.TransportError as error:
            return unreachable(error, len(batch))
        return read_answer(response, len(batch))


def encode_batch(batch: Sequence[Reading]) -> bytes:
    """Return the JSON body of a list of readings."""
    wires = [_Wire(one.device, format_time(one.time), one.metrics, one.id) for one in batch]
    return msgspec.json.encode(wires)
