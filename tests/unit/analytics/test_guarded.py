import asyncio
from collections.abc import AsyncIterator

import pytest

from telemetry.analytics.guarded import GuardedReader
from telemetry.core.ports import Saturated, Unavailable
from telemetry_contract.readings import Reading
from tests.support.memory_reader import MemoryReader
from tests.support.waiting import wait_until_async


@pytest.fixture
def store() -> MemoryReader:
    return MemoryReader([Reading("d", 0, {"a": 1})])


@pytest.fixture
async def reader(store: MemoryReader) -> AsyncIterator[GuardedReader]:
    async def check() -> None:
        await store.device("_")

    made = GuardedReader(store, check, short_seconds=0.5)
    yield made
    await made.close()


async def test_questions_pass_while_the_store_is_there(reader: GuardedReader) -> None:
    assert [latest.device for latest in (await reader.latest(["d"])).value] == ["d"]


async def test_a_store_that_is_away_is_not_asked_again_until_it_answers(
    reader: GuardedReader, store: MemoryReader
) -> None:
    store.away = Unavailable("away")
    with pytest.raises(Unavailable):
        await reader.stats()
    store.asked.clear()
    with pytest.raises(Unavailable, match="PostgreSQL is away"):
        await reader.stats()
    assert "stats" not in store.asked
    store.away = None

    async def is_back() -> bool:
        try:
            await reader.stats()
        except Unavailable:
            return False
        return True

    await wait_until_async(is_back, what="the store is asked again")


async def test_a_full_store_is_not_taken_for_one_that_is_away(reader: GuardedReader, store: MemoryReader) -> None:
    store.away = Saturated("full")
    for _ in range(2):
        with pytest.raises(Saturated):
            await reader.integrity()
    assert store.asked == ["integrity", "integrity"]


async def test_a_frozen_store_holds_nobody(
    reader: GuardedReader, store: MemoryReader, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def freeze() -> None:
        await asyncio.Event().wait()

    monkeypatch.setattr(store, "integrity", freeze)
    with pytest.raises(Unavailable, match="did not answer within"):
        await reader.integrity()


async def test_the_start_waits_until_the_store_answers(reader: GuardedReader, store: MemoryReader) -> None:
    store.away = Unavailable("not there yet")
    starting = asyncio.create_task(reader.until_up())
    await asyncio.sleep(0)
    with pytest.raises(Unavailable):
        await reader.stats()
    store.away = None
    await starting
    await reader.stats()
