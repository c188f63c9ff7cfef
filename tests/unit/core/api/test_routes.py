from typing import Any

import httpx
import msgspec
import pytest
from prometheus_client import REGISTRY

from telemetry.core.ports import Saturated, Unavailable
from telemetry_contract.api import DevicePage, DigestAnswer, LatestMany, ReadingPage, Stats
from telemetry_contract.identity import digest_of
from telemetry_contract.keys import Scope
from tests.support.memory_reader import MemoryReader
from tests.unit.core.api.conftest import HOUR, MAX_PAGE, Signer

ALL = ["/devices", "/devices/d0", "/devices/d0/latest", "/latest?device=d0", "/devices/d0/readings", "/readings",
       "/digest", "/integrity", "/stats"]  # fmt: skip
OWN = ["/devices/d0", "/devices/d0/latest", "/devices/d0/readings"]


async def pages(client: httpx.AsyncClient, path: str, **parameters: Any) -> list[Any]:  # noqa: ANN401
    found: list[Any] = []
    while True:
        answer = (await client.get(path, params=parameters)).raise_for_status()
        page = answer.json()
        found.append(page["devices"] if "devices" in page else page["readings"])
        if page["cursor"] is None:
            return found
        parameters["cursor"] = page["cursor"]


async def test_devices_come_in_pages_without_the_platforms_own(client: httpx.AsyncClient) -> None:
    found = await pages(client, "/devices", limit=2)
    assert [[device["device"] for device in page] for page in found] == [["d0", "d1"], ["d2"]]


async def test_a_page_that_is_just_full_is_the_last(client: httpx.AsyncClient) -> None:
    answer = await client.get("/devices", params={"limit": 3})
    page = msgspec.json.decode(answer.content, type=DevicePage)
    assert (len(page.devices), page.cursor) == (3, None)


@pytest.mark.parametrize("order", ["asc", "desc"])
async def test_pages_of_readings_meet_each_once_in_order(client: httpx.AsyncClient, order: str) -> None:
    found = await pages(client, "/readings", limit=7, order=order)
    flat = [(reading["time"], reading["device"]) for page in found for reading in page]
    assert len(flat) == 30
    assert flat == sorted(set(flat), reverse=order == "desc")


async def test_a_range_holds_its_start_and_not_its_end(client: httpx.AsyncClient) -> None:
    bounds = {"from": "1970-01-01T02:00:00Z", "to": "1970-01-01T06:00:00+01:00"}
    page = msgspec.json.decode(
        (await client.get("/devices/d1/readings", params=bounds)).content, type=ReadingPage
    ).readings
    assert [reading.metrics["a"] for reading in page] == [2, 3, 4]


async def test_a_metric_filter_shows_those_metrics_alone(client: httpx.AsyncClient) -> None:
    answer = await client.get("/readings", params={"device": ["d1", "d2"], "metric": "b", "limit": 2})
    assert [reading["metrics"] for reading in answer.json()["readings"]] == [{"b": 1}, {"b": 2}]


async def test_latest_of_many_leaves_out_unknown_devices(client: httpx.AsyncClient) -> None:
    answer = await client.get("/latest", params={"device": ["d2", "nobody", "d0", "d2"]})
    found = msgspec.json.decode(answer.content, type=LatestMany).devices
    assert [latest.device for latest in found] == ["d0", "d2"]


async def test_latest_of_nobody_is_refused(client: httpx.AsyncClient) -> None:
    assert (await client.get("/latest")).json()["errors"][0]["code"] == "missing-parameter"


async def test_a_digest_sums_what_the_range_holds(client: httpx.AsyncClient, reader: MemoryReader) -> None:
    expected = digest_of(row.identity for row in reader.rows.values() if row.reading.device == "d1")
    answer = await client.get("/digest", params={"device": "d1"})
    assert msgspec.json.decode(answer.content, type=DigestAnswer) == DigestAnswer(10, expected.hex)


async def test_stats_and_integrity_are_told(client: httpx.AsyncClient) -> None:
    stats = msgspec.json.decode((await client.get("/stats")).content, type=Stats)
    assert (stats.readings, stats.newest) == (31, "1970-01-01T09:00:00.000000Z")
    assert (await client.get("/integrity")).json()["balanced"]


@pytest.mark.parametrize("path", ["/devices/nobody", "/devices/nobody/latest"])
async def test_an_unknown_device_is_not_found(client: httpx.AsyncClient, path: str) -> None:
    answer = await client.get(path)
    assert (answer.status_code, answer.json()["code"]) == (404, "not-found")


async def test_the_latest_of_one_device_is_told(client: httpx.AsyncClient) -> None:
    answer = await client.get("/devices/d1/latest")
    at = "1970-01-01T09:00:00.000000Z"
    assert answer.json() == {"device": "d1", "metrics": {"a": {"value": 9, "time": at}, "b": {"value": 1, "time": at}}}
    assert answer.headers["cache-control"] == "no-store"


async def test_a_reading_is_seen_by_the_next_request(client: httpx.AsyncClient, reader: MemoryReader) -> None:
    await client.get("/devices/d0/latest")
    reader.add(msgspec.structs.replace(next(iter(reader.rows.values())).reading, time=99 * HOUR, metrics={"a": 99}))
    assert (await client.get("/devices/d0/latest")).json()["metrics"]["a"]["value"] == 99


@pytest.mark.parametrize(
    ("path", "pointer", "word"),
    [
        ("/devices?limit=0", "/query/limit", "1 to"),
        (f"/devices?limit={MAX_PAGE + 1}", "/query/limit", str(MAX_PAGE)),
        ("/devices?limit=²", "/query/limit", "whole number"),
        ("/devices?limit=1&limit=2", "/query/limit", "may stand 1 times"),
        ("/devices?limitt=2", "/query/limitt", "limit?"),
        ("/stats?x=1", "/query/x", "no parameters"),
        ("/devices/d0/latest?x=1", "/query/x", "no parameters"),
        ("/devices/d0/readings?device=d1", "/query/device", "not a parameter"),
        ("/readings?device=a/b", "/query/device", "device id"),
        ("/readings?metric=", "/query/metric", "not a metric"),
        ("/readings?order=up", "/query/order", "asc or desc"),
        ("/readings?from=yesterday", "/query/from", "RFC 3339"),
        ("/readings?to=2026-01-01T00:00:00+01:00", "/query/to", "%2B"),
        ("/digest?from=2026-01-02T00:00:00Z&to=2026-01-01T00:00:00Z", "/query/to", "before it begins"),
        ("/devices/not a device", "/path/device", "device id"),
        ("/devices/not a device/latest", "/path/device", "device id"),
        ("/devices?a~b%2Fc=1", "/query/a~0b~1c", "not a parameter"),
    ],
)
async def test_a_wrong_parameter_is_pointed_at(client: httpx.AsyncClient, path: str, pointer: str, word: str) -> None:
    answer = await client.get(path)
    body = answer.json()
    assert (answer.status_code, body["code"]) == (422, "invalid-parameter")
    assert body["errors"][0]["pointer"] == pointer
    assert word in body["errors"][0]["detail"]


async def test_every_fault_is_named_at_once(client: httpx.AsyncClient) -> None:
    body = (await client.get("/readings?order=up&from=x&colour=red")).json()
    assert [fault["code"] for fault in body["errors"]] == ["invalid-order", "invalid-from", "unknown-parameter"]


@pytest.mark.parametrize("path", ALL)
async def test_only_readers_are_let_in(client: httpx.AsyncClient, signer: Signer, path: str) -> None:
    del client.headers["authorization"]
    anonymous, writer = await client.get(path), await client.get(path, headers=signer.token(Scope.WRITE))
    assert (anonymous.status_code, writer.status_code) == (401, 403)
    assert anonymous.headers["www-authenticate"] == "Bearer"
    assert (await client.get(path, headers=signer.token(Scope.ADMIN))).status_code == 200


@pytest.mark.parametrize("path", ALL)
async def test_a_device_reads_its_own_pages_alone(client: httpx.AsyncClient, signer: Signer, path: str) -> None:
    own, others = signer.device("d0"), signer.device("d1")
    assert (await client.get(path, headers=own)).status_code == (200 if path in OWN else 401)
    assert (await client.get(path, headers=others)).status_code == 401


@pytest.mark.parametrize("path", ALL)
async def test_a_store_that_is_away_is_a_503(client: httpx.AsyncClient, reader: MemoryReader, path: str) -> None:
    reader.away = Unavailable("the store is away", retry_after=2.5)
    answer = await client.get(path)
    assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")
    assert answer.headers["retry-after"] == "3"


@pytest.mark.parametrize("path", ALL)
async def test_a_store_that_is_full_is_a_503(client: httpx.AsyncClient, reader: MemoryReader, path: str) -> None:
    reader.away = Saturated("no connection became free")
    assert (await client.get(path)).json()["code"] == "saturated"


@pytest.mark.parametrize("path", ALL)
async def test_a_failure_of_ours_shows_nothing_of_itself(
    client: httpx.AsyncClient, reader: MemoryReader, path: str
) -> None:
    reader.away = ZeroDivisionError("secret detail")  # type: ignore[assignment] # what nobody foresaw
    answer = await client.get(path)
    assert (answer.status_code, answer.json()["code"]) == (500, "internal")
    assert "secret" not in answer.text


@pytest.mark.parametrize("path", ALL)
async def test_methods_are_as_http_has_them(client: httpx.AsyncClient, path: str) -> None:
    got, head = await client.get(path), await client.head(path)
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["content-length"] == got.headers["content-length"]
    options, deleted = await client.options(path), await client.delete(path)
    assert (options.status_code, deleted.status_code, deleted.json()["code"]) == (204, 405, "method-not-allowed")
    assert options.headers["allow"] == deleted.headers["allow"] == "GET, HEAD, OPTIONS"


@pytest.mark.parametrize(
    "path", ["/", "/devices/", "/devices/d0/", "/devices//latest", "/devices/a/b/latest", "/nothing"]
)
async def test_what_is_not_there_is_a_problem(client: httpx.AsyncClient, path: str) -> None:
    answer = await client.get(path)
    assert (answer.status_code, answer.headers["content-type"]) == (404, "application/problem+json")


async def test_a_big_page_is_packed_for_who_takes_it(client: httpx.AsyncClient, reader: MemoryReader) -> None:
    packed = await client.get("/readings", params={"limit": 30})
    plain = await client.get("/readings", params={"limit": 30}, headers={"accept-encoding": "identity"})
    assert (packed.headers["content-encoding"], packed.json()) == ("gzip", plain.json())
    assert "content-encoding" not in plain.headers


@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize(("path", "route"), [("/devices/d0/latest", "{device}/latest"), ("/devices/d0", "{device}")])
async def test_a_request_is_counted_once_by_its_own_method(
    client: httpx.AsyncClient, method: str, path: str, route: str
) -> None:
    labels = {"route": f"/api/v1/devices/{route}", "method": method, "status": "200"}
    before = REGISTRY.get_sample_value("telemetry_http_requests_total", labels) or 0
    assert (await client.request(method, path)).status_code == 200
    assert REGISTRY.get_sample_value("telemetry_http_requests_total", labels) == before + 1
    assert REGISTRY.get_sample_value("telemetry_http_requests_in_flight") == 0
