"""Readings for the tests of the store in memory, and streams of them in every order."""

from itertools import pairwise
from typing import Final

from hypothesis import strategies as st

from telemetry.core.memory.store import MemoryStore
from telemetry.core.outcomes import Outcome
from telemetry_contract.identity import Identified, identify
from telemetry_contract.readings import Reading, Value

SECOND: Final = 1_000_000

VALUES: Final = st.integers(-5, 5) | st.floats(-1e6, 1e6) | st.booleans() | st.text("ab", max_size=3)
READINGS: Final = st.builds(
    Reading,
    st.sampled_from(["pump-1", "pump-2", "tank"]),
    st.integers(0, 6).map(lambda second: second * SECOND),
    st.dictionaries(st.sampled_from("abcd"), VALUES, min_size=1),
    st.sampled_from([None, "x", "y"]),
)


def row_of(device: str = "pump", at: int = 0, *, id: str | None = None, **metrics: Value) -> Identified:  # noqa: A002 - the reading's own name for it
    """Build a reading `at` seconds after the epoch."""
    return identify(Reading(device, at * SECOND, metrics or {"t": at}, id))


def put(store: MemoryStore, *rows: Identified) -> list[Outcome]:
    outcomes = store.judge(rows)
    store.add([row for row, outcome in zip(rows, outcomes, strict=True) if outcome is Outcome.STORED])
    return outcomes


@st.composite
def streams(draw: st.DrawFn) -> tuple[list[Identified], list[list[Identified]]]:
    """Return different readings, and batches that bring each of them at least once, in some order."""
    rows = list(
        {row.identity: row for row in map(identify, draw(st.lists(READINGS, min_size=1, max_size=25)))}.values()
    )
    order = draw(st.permutations(rows + rows[:3]))
    cuts = [0, *sorted(draw(st.sets(st.integers(1, len(order)), max_size=4))), len(order)]
    return rows, [order[start:end] for start, end in pairwise(cuts)]


def filled(batches: list[list[Identified]]) -> MemoryStore:
    store = MemoryStore()
    for batch in batches:
        put(store, *batch)
    return store
