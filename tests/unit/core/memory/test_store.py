import tracemalloc

from hypothesis import given

from telemetry.core.memory.store import MemoryStore
from telemetry.core.outcomes import Outcome
from telemetry_contract.identity import Identified
from tests.unit.core.memory.building import SECOND, put, row_of, streams


def test_the_same_reading_is_stored_once() -> None:
    store = MemoryStore()
    assert put(store, row_of(), row_of()) == [Outcome.STORED, Outcome.DUPLICATE]
    assert put(store, row_of()) == [Outcome.DUPLICATE]
    assert store.readings == 1


def test_the_same_identity_with_other_content_is_a_conflict() -> None:
    store = MemoryStore()
    assert put(store, row_of(id="a", t=1), row_of(id="a", t=2)) == [Outcome.STORED, Outcome.CONFLICT]
    assert put(store, row_of(id="a", t=3)) == [Outcome.CONFLICT]


def test_judging_changes_nothing() -> None:
    store = MemoryStore()
    store.judge([row_of()])
    assert (store.readings, list(store.devices())) == (0, [])


@given(streams())
def test_each_identity_is_stored_once_in_any_order_and_grouping(
    stream: tuple[list[Identified], list[list[Identified]]],
) -> None:
    rows, batches = stream
    store = MemoryStore()
    outcomes = [outcome for batch in batches for outcome in put(store, *batch)]
    assert (outcomes.count(Outcome.STORED), store.readings) == (len(rows), len(rows))
    assert outcomes.count(Outcome.CONFLICT) == 0


def test_the_oldest_of_all_devices_go_first() -> None:
    store = MemoryStore()
    put(store, *(row_of(device, at) for at in range(10) for device in ("a", "b")), row_of("old", 0))
    assert store.evict_before(6 * SECOND) == 13
    assert {device: (history.count, history.first_time) for device, history in store.devices()} == {
        "a": (4, 6 * SECOND),
        "b": (4, 6 * SECOND),
    }
    assert (store.readings, store.evicted, store.floor) == (8, 13, 6 * SECOND)


def test_a_full_store_keeps_the_newest_within_its_bound() -> None:
    store = MemoryStore()
    put(store, *(row_of(f"d{at % 7}", at) for at in range(5000)))
    bound = store.size // 2
    dropped = store.shrink(bound)
    assert bound // 2 < store.size <= bound
    assert dropped == store.evicted == 5000 - store.readings
    assert all(history.first_time >= store.floor for _, history in store.devices())
    assert store.shrink(bound) == 0


def test_a_single_reading_that_is_too_large_leaves_an_empty_store() -> None:
    store = MemoryStore()
    put(store, row_of(t="x" * 200))
    assert store.shrink(1) == 1
    assert store.readings == 0


def test_an_erased_device_leaves_no_trace() -> None:
    store = MemoryStore()
    put(store, row_of("kept"))
    size = store.size
    put(store, row_of("gone", 1), row_of("gone", 2, other=1))
    assert store.erase("gone") == 2
    assert ([device for device, _ in store.devices()], store.readings) == (["kept"], 1)
    assert store.size - store.packer.bytes <= size


def test_the_size_is_what_the_interpreter_says() -> None:
    rows = [row_of(f"device-{at % 20:03d}", at, temperature=20 + at / 7, humidity=at / 3) for at in range(20_000)]
    tracemalloc.start()
    try:
        store = MemoryStore()
        put(store, *rows)
        taken, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert 0.8 < store.size / taken < 1.25
    assert store.size / store.readings < 100
