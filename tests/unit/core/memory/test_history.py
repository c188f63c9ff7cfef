import random

import pytest

from telemetry.core.memory.blocks import MOST_ROWS
from telemetry.core.memory.history import BEGINNING, END, History
from telemetry.core.memory.packing import Packer
from telemetry_contract.identity import digest_of
from tests.unit.core.memory.building import SECOND, row_of

ROWS = [row_of(at=at, t=at) for at in range(3 * MOST_ROWS)]


def history_of(order: str) -> History:
    rows = {"ascending": ROWS, "descending": ROWS[::-1], "mixed": random.Random(7).sample(ROWS, len(ROWS))}[order]
    history = History(Packer())
    for row in rows:
        history.add(row)
    return history


def keys_of(history: History) -> list[tuple[int, bytes]]:
    return [block.key(row) for block, start, stop in history.parts(BEGINNING, END) for row in range(start, stop)]


@pytest.mark.parametrize("order", ["ascending", "descending", "mixed"])
def test_readings_stand_in_order_whatever_order_they_came_in(order: str) -> None:
    history = history_of(order)
    assert keys_of(history) == [(row.reading.time, row.identity) for row in ROWS]
    assert all(history.content_hash((row.reading.time, row.identity)) == row.content_hash for row in ROWS)
    assert history.head() == {"t": len(ROWS) - 1}


@pytest.mark.parametrize("order", ["ascending", "mixed"])
@pytest.mark.parametrize("kept", [0, 1, MOST_ROWS - 1, MOST_ROWS, len(ROWS)])
def test_what_is_before_a_time_is_dropped_and_nothing_else(order: str, kept: int) -> None:
    history = history_of(order)
    before = history.bytes
    assert history.drop_before((len(ROWS) - kept) * SECOND) == len(ROWS) - kept
    rest = ROWS[len(ROWS) - kept :]
    assert keys_of(history) == [(row.reading.time, row.identity) for row in rest]
    assert history.digest(BEGINNING, END) == digest_of(row.identity for row in rest)
    assert history.bytes <= before


def test_a_digest_of_a_range_is_that_of_its_readings() -> None:
    low, high = 100, 2 * MOST_ROWS + 7
    found = history_of("mixed").digest((low * SECOND, b""), (high * SECOND, b""))
    assert found == digest_of(row.identity for row in ROWS[low:high])


def test_what_was_packed_is_still_right_after_much_was_dropped() -> None:
    history = history_of("mixed")
    history.drop_before((len(ROWS) - 5) * SECOND)
    assert history.head() == {"t": len(ROWS) - 1}


def test_a_metric_that_the_newest_reading_lacks_keeps_its_own_time() -> None:
    history = History(Packer())
    for row in (row_of(at=5, a=5), row_of(at=1, a=1, b=1), row_of(at=9, c=9), row_of(at=3, b=3)):
        history.add(row)
    older = {name: (one.key[0] // SECOND, one.value) for name, one in (history.newest.older or {}).items()}
    assert (history.head(), older) == ({"c": 9}, {"a": (5, 5), "b": (3, 3)})


def test_a_value_is_forgotten_with_its_reading() -> None:
    history = History(Packer())
    for row in (row_of(at=1, b=1), row_of(at=5, a=5)):
        history.add(row)
    history.drop_before(2 * SECOND)
    assert history.newest.older is None
