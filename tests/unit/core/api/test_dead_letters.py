from typing import Any
from uuid import UUID

import httpx
import msgspec
import pytest

from telemetry.core.dead_letters import LetterPlace
from telemetry.core.ports import Unavailable
from telemetry_contract.keys import Scope
from telemetry_contract.readings import Reading
from telemetry_contract.records import encode_slice
from tests.support.memory_reader import MemoryReader
from tests.unit.core.api.conftest import HOUR, Signer

TOPIC = UUID(int=7)
PATHS = ["/dead-letters", f"/dead-letters/{TOPIC.hex}.0.0.0"]


def bury(reader: MemoryReader, offset: int, reading: Reading | bytes, reason: str = "refused", item: int = 0) -> str:
    record = reading if isinstance(reading, bytes) else encode_slice(offset, [reading])
    place = LetterPlace(TOPIC, 0, offset, item)
    reader.letters.bury([(place, reason, msgspec.msgpack.encode((b"d0", record)))])
    return place.id


@pytest.fixture
def administrator(client: httpx.AsyncClient, signer: Signer) -> httpx.AsyncClient:
    client.headers.update(signer.token(Scope.ADMIN))
    return client


async def letters(client: httpx.AsyncClient, **parameters: Any) -> list[Any]:  # noqa: ANN401 - a query's
    answer = (await client.get("/dead-letters", params=parameters)).raise_for_status()
    found: list[Any] = answer.json()["dead_letters"]
    return found


async def test_a_letter_says_what_the_store_has_of_its_reading_now(
    administrator: httpx.AsyncClient, reader: MemoryReader
) -> None:
    stored = Reading("d0", 3 * HOUR, {"a": 3, "b": 0})
    named = Reading("d0", 5, {"t": 1}, "r1")
    bury(reader, 1, Reading("d0", 99, {"t": 1}))
    bury(reader, 2, stored)
    bury(reader, 3, msgspec.structs.replace(named, metrics={"t": 2}))
    bury(reader, 4, b"hello", item=-1)
    reader.add(named)
    states = {letter["offset"]: letter["state"] for letter in await letters(administrator)}
    assert states == {1: "dead", 2: "replayed", 3: "conflict", 4: "undecodable"}


async def test_a_letter_has_the_reading_as_it_was_sent(administrator: httpx.AsyncClient, reader: MemoryReader) -> None:
    name = bury(reader, 1, Reading("d0", 0, {"t": 1.5, "on": True}, "r1"), "its time lies in the future")
    (letter,) = await letters(administrator)
    assert letter["reading"] == {
        "device": "d0", "time": "1970-01-01T00:00:00.000000Z", "metrics": {"t": 1.5, "on": True}, "id": "r1"
    }  # fmt: skip
    assert (letter["id"], letter["reason"], letter["item"]) == (name, "its time lies in the future", 0)


async def test_pages_meet_each_letter_once_newest_first(administrator: httpx.AsyncClient, reader: MemoryReader) -> None:
    for offset in range(10):
        bury(reader, offset, Reading("d0", offset, {"t": 1}))
    found: list[int] = []
    cursor: dict[str, str] = {}
    while True:
        page = (await administrator.get("/dead-letters", params={"limit": 3, **cursor})).raise_for_status().json()
        found += [letter["offset"] for letter in page["dead_letters"]]
        if page["cursor"] is None:
            break
        cursor = {"cursor": page["cursor"]}
    assert found == list(range(9, -1, -1))


async def test_letters_are_found_by_their_reason(administrator: httpx.AsyncClient, reader: MemoryReader) -> None:
    bury(reader, 1, Reading("d0", 1, {"t": 1}), "conflict: other content")
    bury(reader, 2, Reading("d0", 2, {"t": 1}), "its time lies in the future")
    assert [letter["offset"] for letter in await letters(administrator, reason="CONFLICT")] == [1]


async def test_a_cursor_is_bound_to_its_reason(administrator: httpx.AsyncClient, reader: MemoryReader) -> None:
    for offset in range(3):
        bury(reader, offset, Reading("d0", offset, {"t": 1}), "why")
    cursor = (await administrator.get("/dead-letters", params={"reason": "why", "limit": 1})).json()["cursor"]
    other = await administrator.get("/dead-letters", params={"reason": "h", "cursor": cursor})
    assert (other.status_code, other.json()["code"]) == (422, "invalid-cursor")


async def test_one_letter_comes_with_its_bytes(administrator: httpx.AsyncClient, reader: MemoryReader) -> None:
    name = bury(reader, 4, b"hello", item=-1)
    letter = (await administrator.get(f"/dead-letters/{name}")).raise_for_status().json()
    assert (letter["key"], letter["value"]) == ("ZDA=", "aGVsbG8=")
    assert (letter["item"], letter["reading"], letter["state"]) == (None, None, "undecodable")


@pytest.mark.parametrize("name", ["x", f"{TOPIC.hex}.0.5.0"])
async def test_an_unknown_letter_is_not_found(administrator: httpx.AsyncClient, name: str) -> None:
    answer = await administrator.get(f"/dead-letters/{name}")
    assert (answer.status_code, answer.json()["code"]) == (404, "not-found")


@pytest.mark.parametrize("query", ["reason=", "limit=0", "reason=%00", "colour=red"])
async def test_a_wrong_parameter_is_refused(administrator: httpx.AsyncClient, query: str) -> None:
    answer = await administrator.get(f"/dead-letters?{query}")
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid-parameter")


@pytest.mark.parametrize("path", PATHS)
async def test_only_administrators_are_let_in(client: httpx.AsyncClient, signer: Signer, path: str) -> None:
    for scope in (Scope.READ, Scope.WRITE):
        assert (await client.get(path, headers=signer.token(scope))).status_code == 403
    for headers in ({"authorization": ""}, signer.device("d0")):
        assert (await client.get(path, headers=headers)).status_code == 401


@pytest.mark.parametrize("path", PATHS)
async def test_a_store_that_is_away_is_a_503(administrator: httpx.AsyncClient, reader: MemoryReader, path: str) -> None:
    reader.away = Unavailable("the store is away")
    assert (await administrator.get(path)).status_code == 503
