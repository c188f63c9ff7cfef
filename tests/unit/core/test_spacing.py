import asyncio
from itertools import accumulate
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client import REGISTRY

from telemetry.core.ports import CatchingUp, NoRoom, Saturated, Unavailable
from telemetry.core.spacing import Spacing

RATE = 100.0
LEAST = 0.05
MOST = 0.5
EXACT = 1e-9

arrivals = st.lists(st.floats(0.0, 0.1), min_size=1, max_size=200).map(lambda pauses: list(accumulate(pauses)))


def told(times: list[float]) -> list[float]:
    """Return when each refusal asked for at these times goes out."""
    spacing = Spacing(RATE, least=LEAST, most=MOST)
    return [time + spacing.wait(time) for time in times]


@given(arrivals)
def test_each_refusal_is_held_for_some_time_and_no_longer_than_may_be(times: list[float]) -> None:
    assert all(LEAST - EXACT <= out - time <= MOST + EXACT for time, out in zip(times, told(times), strict=True))


@given(arrivals)
def test_refusals_are_apart_unless_held_for_as_long_as_may_be(times: list[float]) -> None:
    outs = told(times)
    for before, out, time in zip(outs, outs[1:], times[1:], strict=False):
        assert out - before >= 1 / RATE - EXACT or out - time >= MOST - EXACT


@given(st.lists(st.floats(1 / RATE, 1.0), min_size=1, max_size=50).map(lambda pauses: list(accumulate(pauses))))
def test_few_refusals_are_told_soon(times: list[float]) -> None:
    assert all(out - time <= LEAST + EXACT for time, out in zip(times, told(times), strict=True))


def test_a_crowd_is_told_one_after_the_other_and_all_are_told() -> None:
    outs = told([0.0] * 200)
    assert outs[:3] == [LEAST, LEAST + 1 / RATE, LEAST + 2 / RATE]
    assert outs[-1] == MOST


class Door:
    """Lets somebody in where there is room, and counts who asks."""

    def __init__(self, *refusals: Exception) -> None:
        self._refusals = list(refusals)
        self.asked = 0

    async def __call__(self) -> str:
        self.asked += 1
        if self._refusals:
            raise self._refusals.pop(0)
        return "in"


class Held(Spacing):
    """Holds everybody until the test says so, and counts them."""

    def __init__(self) -> None:
        super().__init__()
        self.count = 0
        self.turn = asyncio.Event()

    async def hold(self) -> None:
        self.count += 1
        await self.turn.wait()


def held() -> float:
    return REGISTRY.get_sample_value("telemetry_http_requests_held") or 0.0


async def test_nobody_is_held_while_there_is_room() -> None:
    spacing = Held()
    spacing.turn.set()
    assert await spacing.let_in(Door()) == "in"
    assert spacing.count == 0


async def test_who_finds_no_room_is_let_in_if_there_is_some_when_its_turn_comes() -> None:
    spacing, door = Held(), Door(NoRoom("full"))
    waiting = asyncio.ensure_future(spacing.let_in(door))
    await asyncio.sleep(0)  # it asks, and is held
    assert (door.asked, spacing.count, waiting.done()) == (1, 1, False)
    spacing.turn.set()
    assert await waiting == "in"


async def test_who_finds_no_room_at_its_turn_either_is_told_so() -> None:
    spacing, door = Held(), Door(NoRoom("full"), NoRoom("full still"))
    spacing.turn.set()
    with pytest.raises(NoRoom, match="full still"):
        await spacing.let_in(door)
    assert door.asked == 2


@pytest.mark.parametrize("error", [Unavailable("away"), Saturated("too slow"), CatchingUp("3 of 9"), ValueError("no")])
async def test_whom_more_room_would_not_help_is_told_at_once(error: Exception) -> None:
    spacing, door = Held(), Door(error)
    spacing.turn.set()
    with pytest.raises(type(error)):
        await spacing.let_in(door)
    assert (door.asked, spacing.count) == (1, 0)


async def test_a_store_that_went_away_meanwhile_is_told_as_such() -> None:
    spacing = Held()
    spacing.turn.set()
    with pytest.raises(Unavailable, match="away"):
        await spacing.let_in(Door(NoRoom("full"), Unavailable("away")))


async def test_who_is_held_is_held_until_its_turn(monkeypatch: pytest.MonkeyPatch) -> None:
    slept: list[float] = []

    async def sleep(seconds: float) -> None:
        slept.append(seconds)

    monkeypatch.setattr("telemetry.core.spacing.time", SimpleNamespace(monotonic=lambda: 5.0))
    monkeypatch.setattr("telemetry.core.spacing.asyncio", SimpleNamespace(sleep=sleep))
    spacing = Spacing(RATE, least=LEAST, most=MOST)
    for _ in range(3):
        await spacing.hold()
    assert slept == pytest.approx([LEAST, LEAST + 1 / RATE, LEAST + 2 / RATE])


async def test_who_gives_up_while_it_is_held_leaves_nothing_behind() -> None:
    before, door = held(), Door(NoRoom("full"))
    waiting = asyncio.ensure_future(Spacing(least=60.0, most=60.0).let_in(door))
    await asyncio.sleep(0)  # it asks, and is held
    assert held() == before + 1
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert (held(), door.asked, asyncio.all_tasks()) == (before, 1, {asyncio.current_task()})
