"""Answers through the cache: none older than its time to live, and one question to the store for many requests.

A request is answered from the cache if the entry is young enough by the store's own clock, whatever Redis' expiry says.
Otherwise it joins the flight under way for this key, or starts one. A flight takes a short lease in Redis; if
another process holds it, the flight waits a while for that one's entry, and then asks the store all the same. Without
Redis flights go straight to the store.
"""

import asyncio
from contextlib import suppress
from functools import lru_cache
from typing import Final

from prometheus_client import Counter

from telemetry.analytics.clock import MICROSECONDS, StoreClock
from telemetry.analytics.entries import decode_entry, encode_entry
from telemetry.analytics.metrics import ANSWERS, AWAITED, STALE, Source
from telemetry.core.api.answers import Answer, Ask
from telemetry.core.ports import Cache, Unavailable

LEASE_SECONDS: Final = 2.0  # longer than the store takes; and shorter than an entry lives, which follows it
WAIT_SECONDS: Final = 0.25  # for another process's entry
LEASE: Final = ":lease"  # behind the key of what is leased
FIRST_PAUSE: Final = 0.002  # seconds between the first two looks for it


class _Flight:
    """One question under way; `started` is in microseconds of the own clock."""

    __slots__ = ("answer", "started")

    def __init__(self, started: int, answer: asyncio.Future[Answer]) -> None:
        self.started = started
        self.answer = answer


class CachedAnswers:
    """Remembers answers in a cache that all processes of the platform share."""

    def __init__(self, cache: Cache, clock: StoreClock, *, platform: str, ttl_seconds: float) -> None:
        self.max_age: float | None = ttl_seconds
        self._ttl = ttl_seconds
        self._lease_seconds = min(LEASE_SECONDS, ttl_seconds / 2)
        self._cache = cache
        self._clock = clock
        self._prefix = f"telemetry:{platform}:answer:1:"
        self._flights: dict[str, _Flight] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    async def answer(self, query: str, subject: str, ask: Ask) -> Answer:
        """Return the answer from the cache, or by `ask`; see `Answers`."""
        key = f"{self._prefix}{query}:{subject}"
        source = Source.MISS
        try:
            found = self._young(query, await self._cache.get(key))
        except Unavailable:
            found, source = None, Source.DEGRADED
        if found is not None:
            _count(query, Source.HIT).inc()
            return found
        flight = self._joinable(key)
        if flight is None:
            flight = self._start(query, key, ask)
        else:
            source = Source.SHARED
        _count(query, source).inc()
        return self._aged(await asyncio.shield(flight.answer))

    async def close(self) -> None:
        for task in self._tasks:
            task.cancel()
        if self._tasks:
            await asyncio.wait(self._tasks)

    def _young(self, query: str, entry: bytes | None) -> Answer | None:
        if entry is None:
            return None
        answer = self._aged(decode_entry(entry))
        # From the future: the clock was set back since, or the store is another one.
        if answer.age is None or not 0 <= answer.age < self._ttl:
            STALE.labels(query).inc()
            return None
        return answer

    def _aged(self, answer: Answer) -> Answer:
        return Answer(answer.body, answer.as_of, self._clock.age(answer.as_of))

    def _joinable(self, key: str) -> _Flight | None:
        flight = self._flights.get(key)
        # Of a flight that took off longer ago the answer may be older than what a request of now may be given.
        if flight is None or self._clock.own() - flight.started >= self._ttl * MICROSECONDS:
            return None
        return flight

    def _start(self, query: str, key: str, ask: Ask) -> _Flight:
        loop = asyncio.get_running_loop()
        flight = self._flights[key] = _Flight(self._clock.own(), loop.create_future())
        task = loop.create_task(self._fly(flight, query, key, ask))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return flight

    async def _fly(self, flight: _Flight, query: str, key: str, ask: Ask) -> None:
        leased = False
        try:
            leased = await self._lease(key)
            found = None if leased else await self._await_other(query, key)
            answer = found or await self._ask(ask)
            flight.answer.set_result(answer)
            if found is None:
                # The lease is left to expire: while the entry is there nobody looks for it.
                await self._remember(key, answer)
        except asyncio.CancelledError:
            flight.answer.cancel()
            raise
        except Exception as error:  # noqa: BLE001 - it is the requests' to handle, and each of them gets it
            flight.answer.set_exception(error)
            if leased:
                await self._release(key)
        finally:
            if self._flights.get(key) is flight:
                del self._flights[key]

    async def _ask(self, ask: Ask) -> Answer:
        sent = self._clock.own()
        answer = await ask()
        self._clock.observe(sent=sent, store=answer.as_of, received=self._clock.own())
        return answer

    async def _lease(self, key: str) -> bool:
        """Tell whether to ask the store at once; without Redis there is nobody to wait for."""
        try:
            return await self._cache.lease(key + LEASE, seconds=self._lease_seconds)
        except Unavailable:
            return True

    async def _await_other(self, query: str, key: str) -> Answer | None:
        """Return the entry of the process that holds the lease, if it comes in time."""
        pause, waited = FIRST_PAUSE, 0.0
        while waited < WAIT_SECONDS:
            await asyncio.sleep(pause)
            waited += pause
            pause *= 2
            try:
                found = self._young(query, await self._cache.get(key))
            except Unavailable:
                return None
            if found is not None:
                AWAITED.labels(query).inc()
                return found
        return None

    async def _remember(self, key: str, answer: Answer) -> None:
        age = self._clock.age(answer.as_of) or 0.0
        if age < self._ttl:
            with suppress(Unavailable):
                await self._cache.put(key, encode_entry(answer), seconds=self._ttl - age)

    async def _release(self, key: str) -> None:
        with suppress(Unavailable):
            await self._cache.release(key + LEASE)


@lru_cache(maxsize=64)  # a few queries and sources: finding the child of a metric costs more than counting
def _count(query: str, source: Source) -> Counter:
    return ANSWERS.labels(query, source)
