from collections.abc import Sequence

import pytest

from telemetry.core.outcomes import Outcome
from telemetry.core.ports import Unavailable
from telemetry.producer.acceptors import StoreAcceptor
from telemetry_contract.readings import Reading


class FakeWriter:
    """Answers with the outcomes that it was made with; without any, it is away."""

    def __init__(self, *outcomes: Outcome) -> None:
        self._outcomes = outcomes

    async def write(self, readings: Sequence[Reading]) -> list[Outcome]:
        if not self._outcomes:
            raise Unavailable("away")
        return list(self._outcomes)[: len(readings)]


READING = Reading("d", 0, {"a": 1})


@pytest.mark.parametrize(
    ("outcome", "status", "code"),
    [
        (Outcome.STORED, "stored", None),
        (Outcome.DUPLICATE, "duplicate", None),
        (Outcome.CONFLICT, "rejected", "conflict"),
        (Outcome.DEAD, "rejected", "invalid-reading"),
        (Outcome.EXPIRED, "rejected", "reading-too-old"),
    ],
)
async def test_what_the_store_made_of_a_reading_is_its_answer(outcome: Outcome, status: str, code: str | None) -> None:
    item = await StoreAcceptor(FakeWriter(outcome)).accept_one(READING)
    assert (item.status, item.problem and item.problem.code) == (status, code)


async def test_a_store_that_is_away_accepts_nothing() -> None:
    items = await StoreAcceptor(FakeWriter()).accept([READING] * 3)
    assert [item.status for item in items] == ["unavailable"] * 3
