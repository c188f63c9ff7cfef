"""Sharing round trips: what is asked for at the same time goes out together.

While as many round trips as allowed are under way, questions gather, and the next round trip takes them all: batches
grow with load by themselves, and nobody waits for a timer. A question is always asked after it came in, so its answer
is never older than the question.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from contextvars import Context
from typing import Generic, TypeVar

from telemetry.core.ports import NoRoom

Item = TypeVar("Item")
Result = TypeVar("Result")

Load = Callable[[list[Item]], Awaitable[Sequence[Result]]]


def _one(_item: object) -> int:
    return 1


class Batches(Generic[Item, Result]):
    """Loads items in batches of a weight up to `most`, `at_once` of them under way, and up to `waiting` in the queue.

    An item that alone is heavier than a bound passes alone.
    """

    def __init__(
        self,
        load: Load[Item, Result],
        *,
        most: int,
        at_once: int = 1,
        waiting: int | None = None,
        weigh: Callable[[Item], int] = _one,
    ) -> None:
        """Take `load`, which returns one result for each item, in order; its failure is that of all its items."""
        self.weight = 0  # of what is in the queue
        self._load = load
        self._most = most
        self._at_once = at_once
        self._waiting = waiting
        self._weigh = weigh
        self._queue: deque[tuple[Item, asyncio.Future[Result]]] = deque()
        self._under_way: set[asyncio.Task[None]] = set()
        self._scheduled = False

    def submit(self, item: Item) -> asyncio.Future[Result]:
        """Return the result to come.

        Raises:
            NoRoom: as much waits already as may.
        """
        weight = self._weigh(item)
        if self._waiting is not None and self._queue and self.weight + weight > self._waiting:
            raise NoRoom(f"{self.weight} of at most {self._waiting} wait for the store already")
        loop = asyncio.get_running_loop()
        future: asyncio.Future[Result] = loop.create_future()
        self._queue.append((item, future))
        self.weight += weight
        if not self._scheduled and len(self._under_way) < self._at_once:
            # At the end of this turn of the loop, so that all that this turn brings goes together.
            self._scheduled = True
            # It belongs to no single one of them, so it takes over no context (whose trace would that be?).
            loop.call_soon(self._start, context=Context())
        return future

    def _start(self) -> None:
        self._scheduled = False
        while self._queue and len(self._under_way) < self._at_once:
            task = asyncio.get_running_loop().create_task(self._run(self._take()))
            self._under_way.add(task)
            task.add_done_callback(self._finish)

    def _take(self) -> list[tuple[Item, asyncio.Future[Result]]]:
        batch = [self._queue.popleft()]
        room = self._most - self._weigh(batch[0][0])
        while self._queue and (room := room - self._weigh(self._queue[0][0])) >= 0:
            batch.append(self._queue.popleft())
        self.weight -= sum(self._weigh(item) for item, _ in batch)
        return batch

    def _finish(self, task: asyncio.Task[None]) -> None:
        self._under_way.discard(task)
        self._start()

    async def _run(self, batch: list[tuple[Item, asyncio.Future[Result]]]) -> None:
        try:
            results = await self._load([item for item, _ in batch])
        except asyncio.CancelledError:
            _cancel(batch)
            raise
        except Exception as error:  # noqa: BLE001 - it is the callers' to handle, and each of them gets it
            _fail(batch, error)
        else:
            for (_, future), result in zip(batch, results, strict=True):
                if not future.done():
                    future.set_result(result)


def _fail(batch: list[tuple[Item, asyncio.Future[Result]]], error: Exception) -> None:
    for _, future in batch:
        if not future.done():
            future.set_exception(error)


def _cancel(batch: list[tuple[Item, asyncio.Future[Result]]]) -> None:
    for _, future in batch:
        future.cancel()
