import asyncio
from collections.abc import AsyncIterator

import pytest

from telemetry.analytics.cached import CachedAnswers
from telemetry.analytics.clock import StoreClock
from telemetry.analytics.entries import encode_entry
from telemetry.core.api.answers import Answer
from telemetry.core.ports import Unavailable
from tests.support.memory_cache import MemoryCache
from tests.support.waiting import wait_until_async

SECOND = 1_000_000
TTL = 2.0
KEY = "telemetry:p:answer:1:latest:d"


class Store:
    """A store with a clock of its own, 1000 s ahead of ours, that answers when it is let."""

    def __init__(self) -> None:
        self.own = 0
        self.asked = 0
        self.body: bytes | None = b"1"
        self.let = asyncio.Event()
        self.let.set()
        self.failure: Exception | None = None

    @property
    def now(self) -> int:
        return self.own + 1000 * SECOND

    async def was_asked_twice(self) -> bool:
        return self.asked == 2

    async def ask(self) -> Answer:
        self.asked += 1
        answer = Answer(self.body, self.now)
        await self.let.wait()
        if self.failure is not None:
            raise self.failure
        return answer


@pytest.fixture
def store() -> Store:
    return Store()


@pytest.fixture
def cache() -> MemoryCache:
    return MemoryCache()


@pytest.fixture
async def answers(store: Store, cache: MemoryCache) -> AsyncIterator[CachedAnswers]:
    made = make(store, cache)
    yield made
    await made.close()


def make(store: Store, cache: MemoryCache) -> CachedAnswers:
    return CachedAnswers(cache, StoreClock(lambda: store.own), platform="p", ttl_seconds=TTL)


async def ask(answers: CachedAnswers, store: Store) -> Answer:
    return await answers.answer("latest", "d", store.ask)


async def turn() -> None:
    for _ in range(20):
        await asyncio.sleep(0)


async def test_a_second_request_is_answered_from_the_cache_with_its_age(answers: CachedAnswers, store: Store) -> None:
    await ask(answers, store)
    await turn()
    store.own, store.body = SECOND, b"2"
    found = await ask(answers, store)
    assert (found.body, store.asked) == (b"1", 1)
    assert found.age == pytest.approx(1.0, abs=0.01)


async def test_an_entry_past_its_time_is_a_miss_though_the_cache_still_has_it(
    answers: CachedAnswers, store: Store
) -> None:
    await ask(answers, store)
    await turn()
    store.own, store.body = int(TTL * SECOND), b"2"
    assert (await ask(answers, store)).body == b"2"


async def test_a_process_that_never_heard_from_the_store_trusts_no_entry(store: Store, cache: MemoryCache) -> None:
    cache.entries[KEY] = encode_entry(Answer(b"0", store.now))
    answers = make(store, cache)
    assert (await ask(answers, store)).body == b"1"
    await answers.close()


async def test_an_entry_from_the_future_is_a_miss(answers: CachedAnswers, store: Store, cache: MemoryCache) -> None:
    await ask(answers, store)
    await turn()
    cache.entries[KEY] = encode_entry(Answer(b"0", store.now + 60 * SECOND))
    assert (await ask(answers, store)).body == b"1"


async def test_that_there_is_nothing_is_remembered_too(answers: CachedAnswers, store: Store) -> None:
    store.body = None
    for _ in range(3):
        assert (await ask(answers, store)).body is None
        await turn()
    assert store.asked == 1


async def test_requests_at_one_time_share_one_question(answers: CachedAnswers, store: Store) -> None:
    store.let.clear()
    waiting = [asyncio.create_task(ask(answers, store)) for _ in range(10)]
    await turn()
    store.let.set()
    assert {answer.body for answer in await asyncio.gather(*waiting)} == {b"1"}
    assert store.asked == 1


async def test_nobody_joins_a_question_older_than_an_answer_may_be(answers: CachedAnswers, store: Store) -> None:
    store.let.clear()
    first = asyncio.create_task(ask(answers, store))
    await turn()
    store.own, store.body = int(TTL * SECOND), b"2"
    # The lease is still the first one's: the second waits for it a while, then asks for itself.
    second = asyncio.create_task(ask(answers, store))
    await wait_until_async(store.was_asked_twice, what="the second asks for itself")
    store.let.set()
    assert [(await first).body, (await second).body] == [b"1", b"2"]


async def test_a_caller_that_goes_away_does_not_take_the_question_with_it(answers: CachedAnswers, store: Store) -> None:
    store.let.clear()
    first, second = (asyncio.create_task(ask(answers, store)) for _ in range(2))
    await turn()
    first.cancel()
    store.let.set()
    assert (await second).body == b"1"


async def test_two_processes_ask_the_store_once(store: Store, cache: MemoryCache) -> None:
    one, other = make(store, cache), make(store, cache)
    for answers in (one, other):  # both have heard the store's clock before
        await answers.answer("stats", "", store.ask)
    store.asked = 0
    store.let.clear()
    waiting = [asyncio.create_task(ask(answers, store)) for answers in (one, other)]
    await turn()
    store.let.set()
    assert [answer.body for answer in await asyncio.gather(*waiting)] == [b"1", b"1"]
    assert store.asked == 1
    await one.close()
    await other.close()


async def test_a_lease_whose_holder_died_delays_and_does_not_block(
    answers: CachedAnswers, store: Store, cache: MemoryCache
) -> None:
    cache.leases.add(f"{KEY}:lease")
    assert (await ask(answers, store)).body == b"1"


async def test_without_the_cache_the_store_answers_and_concurrent_requests_still_share(
    answers: CachedAnswers, store: Store, cache: MemoryCache
) -> None:
    cache.away = True
    store.let.clear()
    waiting = [asyncio.create_task(ask(answers, store)) for _ in range(5)]
    await turn()
    store.let.set()
    assert {answer.body for answer in await asyncio.gather(*waiting)} == {b"1"}
    assert store.asked == 1
    store.body = b"2"
    assert (await ask(answers, store)).body == b"2"


async def test_a_store_that_is_away_is_told_to_all_and_the_lease_given_back(
    answers: CachedAnswers, store: Store, cache: MemoryCache
) -> None:
    store.failure = Unavailable("away")
    results = await asyncio.gather(*(ask(answers, store) for _ in range(3)), return_exceptions=True)
    assert results == [store.failure] * 3
    await turn()
    assert not cache.leases
    store.failure = None
    assert (await ask(answers, store)).body == b"1"


async def test_a_young_entry_answers_while_the_store_is_away(answers: CachedAnswers, store: Store) -> None:
    await ask(answers, store)
    await turn()
    store.failure = Unavailable("away")
    assert (await ask(answers, store)).body == b"1"
