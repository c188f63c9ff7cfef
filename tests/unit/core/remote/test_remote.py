"""A reader asked over HTTP answers as the reader behind it does, whatever that is."""

import secrets
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette

from telemetry.core.api.access import Access
from telemetry.core.http.credentials import Credentials
from telemetry.core.ports import (
    AggregateQuery,
    CatchingUp,
    NoRoom,
    Order,
    Position,
    RangeTooLarge,
    Reader,
    ReadingQuery,
    Saturated,
    Snapshot,
    TimeRange,
    Unavailable,
)
from telemetry.core.remote import wire
from telemetry.core.remote.reader import RemoteReader, TokenMaker
from telemetry.core.remote.service import ReaderService
from telemetry.core.settings import CredentialSettings
from telemetry_contract.identity import identify
from telemetry_contract.keys import Keyring, format_keyring
from telemetry_contract.readings import Reading
from tests.support.memory_reader import MemoryReader

Ask = Callable[[Reader], Awaitable[Snapshot[Any]]]

READINGS = [
    Reading(f"d{n % 3}", n * 1_000_000, {"a": n, "b": 1e300, "c": "x", "d": n % 2 == 0}, "id") for n in range(9)
]
PLACE = Position(4_000_000, "d1", identify(READINGS[4]).identity)

ASKS: dict[str, Ask] = {
    "devices": lambda reader: reader.devices(after="d0", limit=5),
    "device": lambda reader: reader.device("d1"),
    "nobody": lambda reader: reader.device("nobody"),
    "latest": lambda reader: reader.latest(["d1", "d2"]),
    "readings": lambda reader: reader.readings(ReadingQuery(3, ("d1",), ("a",), TimeRange(0), Order.DESCENDING, PLACE)),
    "export": lambda reader: reader.export(ReadingQuery(9)),
    "aggregate": lambda reader: reader.aggregate(AggregateQuery("d1", ("a", "d"), 0, 9_000_000, 3_000_000, 9)),
    "digest": lambda reader: reader.digest(["d1"], TimeRange(end=8_000_000)),
    "integrity": lambda reader: reader.integrity(),
    "contents": lambda reader: reader.contents([PLACE]),
}

FAILURES = [Unavailable("away", retry_after=7), Saturated("slow"), NoRoom("full"), CatchingUp("3 of 9")]


@pytest.fixture
def settings(tmp_path: Path) -> CredentialSettings:
    keys = tmp_path / "keys.json"
    keys.write_bytes(format_keyring(Keyring("k1", {"k1": secrets.token_bytes(32)})))
    return CredentialSettings(keys_file=keys)


@pytest.fixture
def kept() -> MemoryReader:
    return MemoryReader(READINGS)


@pytest.fixture
def transport(kept: MemoryReader, settings: CredentialSettings) -> httpx.ASGITransport:
    return httpx.ASGITransport(ReaderService(Starlette(), kept, Access(Credentials(settings))))


@pytest.fixture
async def remote(transport: httpx.ASGITransport, settings: CredentialSettings) -> AsyncIterator[RemoteReader]:
    reader = RemoteReader("http://consumer", TokenMaker(settings), transport=transport)
    yield reader
    await reader.close()


@pytest.mark.parametrize("name", ASKS)
async def test_an_answer_crosses_the_wire_unchanged(kept: MemoryReader, remote: RemoteReader, name: str) -> None:
    assert (await ASKS[name](remote)).value == (await ASKS[name](kept)).value


async def test_an_answer_is_of_the_time_at_which_the_store_gave_it(remote: RemoteReader) -> None:
    before = time.time_ns() // 1000
    assert before <= (await remote.stats()).as_of <= time.time_ns() // 1000


@pytest.mark.parametrize("error", FAILURES)
async def test_why_there_is_no_answer_crosses_the_wire(
    kept: MemoryReader, remote: RemoteReader, error: Unavailable
) -> None:
    kept.away = error
    with pytest.raises(type(error), match=error.detail) as raised:
        await remote.stats()
    assert (type(raised.value), raised.value.retry_after) == (type(error), error.retry_after)


async def test_a_range_that_is_too_large_is_so_on_both_sides(remote: RemoteReader) -> None:
    with pytest.raises(RangeTooLarge, match="more than 1"):
        await remote.aggregate(AggregateQuery("d1", ("a",), 0, 9_000_000, 1_000_000, 1))


async def test_a_failure_on_the_other_side_is_an_outage_here(kept: MemoryReader, remote: RemoteReader) -> None:
    kept.away = ZeroDivisionError("secret")  # type: ignore[assignment] # what nobody foresaw
    with pytest.raises(Unavailable, match="500"):
        await remote.stats()


async def test_a_consumer_that_is_gone_is_away(settings: CredentialSettings) -> None:
    def refuse(_: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("refused")

    reader = RemoteReader("http://consumer", TokenMaker(settings), transport=httpx.MockTransport(refuse))
    with pytest.raises(Unavailable, match="away"):
        await reader.device("d1")


@pytest.mark.parametrize("header", [{}, {"authorization": "Bearer nonsense"}])
async def test_nobody_is_answered_without_a_token(transport: httpx.ASGITransport, header: dict[str, str]) -> None:
    async with httpx.AsyncClient(transport=transport, base_url="http://consumer") as client:
        answer = await client.post(wire.STATS.path, content=wire.encode(None), headers=header)
    assert answer.status_code == 401


def test_a_token_is_made_anew_before_it_ends(settings: CredentialSettings) -> None:
    now = 1_000.0
    maker = TokenMaker(settings, clock=lambda: now)
    first = maker.token()
    now += 10
    assert maker.token() == first
    now += 25
    assert maker.token() != first
