"""Which readings of a store a query means, in which order: a merge of the devices' own orders."""

from collections.abc import Iterable, Iterator
from heapq import merge
from itertools import islice

from telemetry.core.memory.blocks import Block, Key
from telemetry.core.memory.history import BEGINNING, END, History
from telemetry.core.memory.store import MemoryStore
from telemetry.core.ports import KeptReading, Order, Position, ReadingQuery, TimeRange
from telemetry_contract.readings import Reading, is_reserved

Found = tuple[int, str, bytes, Block, int]  # time, device and identity order it; then where it stands


def select(store: MemoryStore, query: ReadingQuery) -> list[KeptReading]:
    """Return a page of readings."""
    wanted = frozenset(query.metrics)
    kept = (_kept(store, found) for found in _in_order(store, query))
    if wanted:
        kept = (_excerpt(one, wanted) for one in kept if not wanted.isdisjoint(one.reading.metrics))
    return list(islice(kept, query.limit))


def histories(store: MemoryStore, devices: Iterable[str]) -> Iterator[tuple[str, History]]:
    """Yield the named devices that are known, each once; all but the platform's own if none is named."""
    named = sorted(set(devices))
    if not named:
        yield from ((device, history) for device, history in store.devices() if not is_reserved(device))
    for device in named:
        history = store.history(device)
        if history is not None:
            yield device, history


def span_of(within: TimeRange) -> tuple[Key, Key]:
    """Return the first key of a range, and the first behind it."""
    low = BEGINNING if within.start is None else (within.start, b"")
    return low, END if within.end is None else (within.end, b"")


def _in_order(store: MemoryStore, query: ReadingQuery) -> Iterator[Found]:
    descending = query.order is Order.DESCENDING
    runs = [_run(device, history, query, descending) for device, history in histories(store, query.devices)]
    return runs[0] if len(runs) == 1 else merge(*runs, reverse=descending)


def _run(device: str, history: History, query: ReadingQuery, descending: bool) -> Iterator[Found]:  # noqa: FBT001
    low, high = span_of(query.range)
    if query.after is not None and descending:
        high = min(high, _bound(device, query.after, behind=False))
    elif query.after is not None:
        low = max(low, _bound(device, query.after, behind=True))
    parts = history.parts_descending(low, high) if descending else history.parts(low, high)
    for block, start, stop in parts:
        rows = range(stop - 1, start - 1, -1) if descending else range(start, stop)
        yield from ((block.times[row], device, block.identity(row), block, row) for row in rows)


def _bound(device: str, position: Position, *, behind: bool) -> Key:
    """Return the key in one device's order at which the position of any device lies, or just behind it."""
    if device != position.device:
        return position.time + (device < position.device), b""
    return position.time, position.identity + b"\0" if behind else position.identity


def _kept(store: MemoryStore, found: Found) -> KeptReading:
    time, device, identity, block, row = found
    metrics, identifier = store.packer.unpack(block.packed(row))
    return KeptReading(Reading(device, time, metrics, identifier), identity, block.content_hash(row))


def _excerpt(kept: KeptReading, wanted: frozenset[str]) -> KeptReading:
    metrics = {name: value for name, value in kept.reading.metrics.items() if name in wanted}
    reading = Reading(kept.reading.device, kept.reading.time, metrics, kept.reading.id)
    return KeptReading(reading, kept.identity, kept.content_hash)
