"""The reader in memory against a naive one that looks through everything for each answer."""

import asyncio

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from telemetry.core.memory import reader as memory_reader
from telemetry.core.memory.ledger import MemoryLedger
from telemetry.core.memory.reader import MemoryReader
from telemetry.core.memory.store import MemoryStore
from telemetry.core.ports import (
    AggregateQuery,
    CatchingUp,
    NoRoom,
    Order,
    Position,
    RangeTooLarge,
    ReadingQuery,
    TimeRange,
)
from telemetry_contract.identity import Identified
from tests.support.memory_reader import MemoryReader as NaiveReader
from tests.unit.core.memory.building import SECOND, filled, put, row_of, streams

TIMES = st.none() | st.integers(0, 7).map(lambda second: second * SECOND)
DEVICES = st.lists(st.sampled_from(["pump-1", "pump-2", "tank", "nobody"]), max_size=3, unique=True).map(sorted)


def ranges() -> st.SearchStrategy[TimeRange]:
    return st.builds(TimeRange, TIMES, TIMES)


def reader_of(store: MemoryStore) -> MemoryReader:
    return MemoryReader(store, MemoryLedger())


def naive(rows: list[Identified]) -> NaiveReader:
    return NaiveReader([row.reading for row in rows])


@settings(deadline=None)
@given(streams(), DEVICES, ranges())
def test_devices_newest_values_and_digests_do_not_depend_on_the_order(
    stream: tuple[list[Identified], list[list[Identified]]], devices: list[str], within: TimeRange
) -> None:
    rows, batches = stream

    async def compare() -> None:
        ours, theirs = reader_of(filled(batches)), naive(rows)
        assert (await ours.devices(after="pump-1", limit=2)).value == (
            await theirs.devices(after="pump-1", limit=2)
        ).value
        assert (await ours.latest(devices)).value == (await theirs.latest(devices)).value
        assert (await ours.digest(devices, within)).value == (await theirs.digest(devices, within)).value
        ours.close()

    asyncio.run(compare())


@settings(deadline=None)
@given(st.data())
def test_pages_hold_what_a_look_through_everything_finds(data: st.DataObject) -> None:
    rows, batches = data.draw(streams())
    row = data.draw(st.sampled_from(rows))
    after = data.draw(st.sampled_from([None, Position(row.reading.time, row.reading.device, row.identity)]))
    metrics = tuple(sorted(data.draw(st.sets(st.sampled_from("abe")))))
    within, order = data.draw(ranges()), data.draw(st.sampled_from(Order))
    query = ReadingQuery(5, tuple(data.draw(DEVICES)), metrics, within, order, after)

    async def compare() -> None:
        ours, theirs = reader_of(filled(batches)), naive(rows)
        assert (await ours.readings(query)).value == (await theirs.readings(query)).value
        assert (await ours.export(query)).value == (await theirs.export(query)).value
        ours.close()

    asyncio.run(compare())


async def test_the_platforms_own_devices_stand_in_no_list_count_or_digest() -> None:
    store = MemoryStore()
    put(store, row_of("_probe"), row_of("pump"))
    reader = reader_of(store)
    assert [it.device for it in (await reader.devices(after=None, limit=9)).value] == ["pump"]
    assert (await reader.stats()).value.readings == 1
    assert (await reader.digest(["_probe"], TimeRange())).value.count == 0
    assert [it.device for it in (await reader.latest(["_probe"])).value] == ["_probe"]


async def test_more_than_may_be_read_for_an_aggregate_is_refused() -> None:
    store = MemoryStore()
    put(store, *(row_of("pump", at) for at in range(5)))
    reader = reader_of(store)
    allowed, refused = (AggregateQuery("pump", ("t",), 0, 5 * SECOND, SECOND, most) for most in (5, 4))
    assert len((await reader.aggregate(allowed)).value) == 5
    with pytest.raises(RangeTooLarge, match="more than 4 readings"):
        await reader.aggregate(refused)


async def test_nobody_is_answered_before_the_store_is_complete() -> None:
    def refuse() -> None:
        raise CatchingUp("catching up: 1 of 2 records are read (50 %)")

    with pytest.raises(CatchingUp, match="50 %"):
        await MemoryReader(MemoryStore(), MemoryLedger(), refuse).stats()


async def test_no_more_questions_may_wait_than_some(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory_reader, "MOST_WAITING", 1)
    store = MemoryStore()
    reader = reader_of(store)
    with store.lock:
        waiting = asyncio.ensure_future(reader.stats())
        await asyncio.sleep(0)
        with pytest.raises(NoRoom):
            await reader.stats()
    await waiting
    await reader.stats()
    reader.close()


async def test_what_was_evicted_is_told() -> None:
    store = MemoryStore()
    put(store, row_of(at=1), row_of(at=2))
    store.evict_before(2 * SECOND)
    stats = (await reader_of(store).stats()).value
    assert (stats.readings, stats.evicted) == (1, 1)
