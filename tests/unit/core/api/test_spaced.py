"""Whoever finds no room is held until its turn, on every route, and nobody else is."""

import asyncio
from collections.abc import Sequence

import httpx
import pytest

from telemetry.core.api.service import ReaderApi
from telemetry.core.ports import NoRoom, Saturated, Snapshot, Unavailable
from telemetry_contract.api import Latest
from tests.support.memory_reader import MemoryReader
from tests.support.waiting import wait_until_async
from tests.unit.core.api.conftest import WAITING

DAY = "from=1970-01-01T00:00:00Z&to=1970-01-01T10:00:00Z"
ROUTES = ["/devices", "/devices/d0", "/devices/d0/latest", "/latest?device=d0", "/devices/d0/readings", "/readings",
          "/digest", "/integrity", "/stats", "/export", f"/devices/d0/aggregate?metric=a&bucket=6h&{DAY}"]  # fmt: skip


class Turns:
    """Stands in for the waiting: who is held is counted, and waits until the test says so."""

    def __init__(self) -> None:
        self.held = 0
        self.come = asyncio.Event()

    async def hold(self) -> None:
        self.held += 1
        await self.come.wait()

    async def until_one_is_held(self) -> None:
        async def one_is_held() -> bool:
            return self.held == 1

        await wait_until_async(one_is_held, what="a request is held", timeout=5)


@pytest.fixture
def turns(api: ReaderApi, monkeypatch: pytest.MonkeyPatch) -> Turns:
    turns = Turns()
    monkeypatch.setattr(api.spacing, "hold", turns.hold)
    return turns


@pytest.mark.parametrize("path", ROUTES)
async def test_who_finds_no_room_is_let_in_if_there_is_some_when_its_turn_comes(
    client: httpx.AsyncClient, reader: MemoryReader, turns: Turns, path: str
) -> None:
    reader.away = NoRoom("full")
    waiting = asyncio.ensure_future(client.get(path))
    await turns.until_one_is_held()
    assert not waiting.done()
    reader.away = None
    turns.come.set()
    assert (await waiting).status_code == 200


@pytest.mark.parametrize("path", ROUTES)
async def test_who_finds_no_room_at_its_turn_either_is_refused(
    client: httpx.AsyncClient, reader: MemoryReader, turns: Turns, path: str
) -> None:
    reader.away = NoRoom("full")
    turns.come.set()
    for _ in range(2):
        answer = await client.get(path)
        assert (answer.status_code, answer.json()["code"]) == (503, "saturated")
        assert (answer.headers["retry-after"], answer.headers["content-type"]) == ("1", "application/problem+json")
        assert int(answer.headers["content-length"]) == len(answer.content)
    assert (turns.held, len(reader.asked)) == (2, 4)


@pytest.mark.parametrize("path", ROUTES)
@pytest.mark.parametrize("error", [Unavailable("the store is away"), Saturated("the store took too long")])
async def test_whom_more_room_would_not_help_is_told_at_once(
    client: httpx.AsyncClient, reader: MemoryReader, turns: Turns, path: str, error: Unavailable
) -> None:
    reader.away = error
    turns.come.set()
    assert (await client.get(path)).json()["detail"] == error.detail
    assert turns.held == 0


async def test_newest_values_are_asked_for_once_there_is_room_in_the_queue(
    client: httpx.AsyncClient, reader: MemoryReader, turns: Turns, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked, answered, whole = asyncio.Event(), asyncio.Event(), reader.latest

    async def answer_later(devices: Sequence[str]) -> Snapshot[list[Latest]]:
        asked.set()
        await answered.wait()
        return await whole(devices)

    monkeypatch.setattr(reader, "latest", answer_later)
    under_way = asyncio.ensure_future(client.get("/devices/d0/latest"))
    await asked.wait()
    crowd = [asyncio.ensure_future(client.get("/devices/d1/latest")) for _ in range(WAITING + 1)]
    await turns.until_one_is_held()
    answered.set()
    held = set(crowd)
    while len(held) > 1:
        _, held = await asyncio.wait(held, return_when=asyncio.FIRST_COMPLETED)
    assert turns.held == 1
    turns.come.set()
    assert {(await one).status_code for one in (under_way, *crowd)} == {200}
