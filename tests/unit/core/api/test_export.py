import json
from typing import Any

import httpx
import pytest

from telemetry.core.api import export
from telemetry.core.ports import KeptReading, ReadingQuery, Snapshot, Unavailable
from telemetry_contract.keys import Scope
from telemetry_contract.readings import Reading
from tests.support.memory_reader import MemoryReader
from tests.unit.core.api.conftest import Signer

PATH = "/export"


def lines(answer: httpx.Response) -> list[dict[str, Any]]:
    return [json.loads(line) for line in answer.raise_for_status().text.splitlines()]


@pytest.fixture(autouse=True)
def small_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(export, "PAGE", 4)
    monkeypatch.setattr(export, "PART", 3)


@pytest.mark.parametrize("order", ["asc", "desc"])
async def test_an_export_has_each_reading_once_in_order(client: httpx.AsyncClient, order: str) -> None:
    found = lines(await client.get(PATH, params={"order": order}))
    places = [(line["time"], line["device"]) for line in found]
    assert len(places) == 30
    assert places == sorted(set(places), reverse=order == "desc")


async def test_an_export_takes_the_filters_of_readings(client: httpx.AsyncClient) -> None:
    asked = {"device": ["d0", "d2"], "metric": "a", "from": "1970-01-01T03:00:00Z", "to": "1970-01-01T04:00:00Z"}
    found = lines(await client.get(PATH, params=asked))
    assert [(line["device"], line["metrics"]) for line in found] == [("d0", {"a": 3}), ("d2", {"a": 3})]


async def test_a_page_that_is_just_full_is_followed_by_the_end(client: httpx.AsyncClient, reader: MemoryReader) -> None:
    asked = {"device": "d0", "to": "1970-01-01T08:00:00Z"}
    assert len(lines(await client.get(PATH, params=asked))) == 8
    assert reader.asked == ["export"] * 3


async def test_nothing_is_an_empty_export(client: httpx.AsyncClient) -> None:
    answer = await client.get(PATH, params={"device": "nobody"})
    assert (answer.status_code, answer.content) == (200, b"")


async def test_csv_is_asked_for_by_name_or_by_accept(client: httpx.AsyncClient) -> None:
    asked = {"metric": "b", "device": "d2", "to": "1970-01-01T01:00:00Z"}
    named = await client.get(PATH, params={**asked, "format": "csv"})
    accepted = await client.get(PATH, params=asked, headers={"accept": "text/csv"})
    assert named.content == accepted.content == b"device,time,b\r\nd2,1970-01-01T00:00:00.000000Z,2\r\n"
    assert named.headers["content-type"] == "text/csv; charset=utf-8"
    assert named.headers["content-disposition"] == 'attachment; filename="readings.csv"'
    other = await client.get(PATH, params={**asked, "format": "ndjson"}, headers={"accept": "text/csv"})
    assert other.headers["content-type"] == "application/x-ndjson"


async def test_columns_stand_in_the_order_asked_for_and_once(client: httpx.AsyncClient) -> None:
    answer = await client.get(f"{PATH}?format=csv&metric=b&metric=a&metric=b")
    assert answer.text.splitlines()[0] == "device,time,b,a"


async def test_csv_without_columns_is_refused(client: httpx.AsyncClient) -> None:
    body = (await client.get(PATH, params={"format": "csv"})).json()
    assert body["errors"][0]["pointer"] == "/query/metric"


async def test_a_form_that_is_not_known_is_refused(client: httpx.AsyncClient) -> None:
    body = (await client.get(PATH, params={"format": "xml"})).json()
    assert (body["code"], body["errors"][0]["detail"]) == ("invalid-parameter", "ndjson or csv, found 'xml'")


async def test_a_store_that_is_away_is_a_503_and_not_an_empty_export(
    client: httpx.AsyncClient, reader: MemoryReader
) -> None:
    reader.away = Unavailable("the store is away")
    assert (await client.get(PATH)).status_code == 503


async def test_head_asks_for_no_more_than_it_needs(client: httpx.AsyncClient, reader: MemoryReader) -> None:
    answer = await client.head(PATH)
    assert (answer.status_code, answer.content, reader.asked) == (200, b"", ["export"])


async def test_only_readers_export(client: httpx.AsyncClient, signer: Signer) -> None:
    for headers, status in ((signer.token(Scope.WRITE), 403), (signer.device("d0"), 401)):
        assert (await client.get(PATH, headers=headers)).status_code == status


async def test_a_stream_that_fails_half_way_has_no_end(
    client: httpx.AsyncClient, reader: MemoryReader, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = reader.export

    async def fail_later(query: ReadingQuery) -> Snapshot[list[KeptReading]]:
        if query.after is not None:
            raise Unavailable("the store is away")
        return await whole(query)

    monkeypatch.setattr(reader, "export", fail_later)
    with pytest.raises(AssertionError):  # httpx' transport wants the last message, and there is none
        await client.get(PATH)


async def test_no_more_than_some_exports_run_at_once(
    client: httpx.AsyncClient, reader: MemoryReader, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(export, "AT_ONCE", 0)
    assert (await client.get(PATH)).json()["code"] == "saturated"
    monkeypatch.undo()
    reader.add(Reading("d0", 1, {"a": 1}))
    for _ in range(20):  # each that ends makes room for another
        assert (await client.get(PATH)).status_code == 200
