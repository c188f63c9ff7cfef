from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from telemetry.core.api import aggregate
from telemetry.core.api.aggregate import parse_bucket
from telemetry_contract.readings import Reading
from tests.support.memory_reader import MemoryReader
from tests.unit.core.api.conftest import HOUR, Signer

PATH = "/devices/d1/aggregate"
ASKED = {"metric": "a", "from": "1970-01-01T00:00:00Z", "to": "1970-01-01T10:00:00Z", "bucket": "6h"}


async def ask(client: httpx.AsyncClient, **changed: Any) -> httpx.Response:  # noqa: ANN401
    asked = {name: value for name, value in {**ASKED, **changed}.items() if value is not None}
    return await client.get(PATH, params=asked)


async def test_values_are_summed_up_by_bucket(client: httpx.AsyncClient) -> None:
    body = (await ask(client)).raise_for_status().json()
    assert (body["device"], body["bucket_seconds"], list(body["metrics"])) == ("d1", 21_600, ["a"])
    first, second = body["metrics"]["a"]
    assert first == {"start": "1970-01-01T00:00:00.000000Z", "count": 6, "min": 0.0, "max": 5.0, "mean": 2.5,
                     "p50": 2.5, "p95": 4.75, "last": 5.0}  # fmt: skip
    assert (second["count"], second["min"], second["last"]) == (4, 6, 9)


async def test_buckets_without_values_stand_there_with_nulls(client: httpx.AsyncClient, reader: MemoryReader) -> None:
    reader.add(Reading("d1", 20 * HOUR, {"a": "text", "b": True}))
    body = (await ask(client, bucket="1h", to="1970-01-02T00:00:00Z", metric=["a", "b"])).json()
    assert [bucket["count"] for bucket in body["metrics"]["a"]] == [1] * 10 + [0] * 14
    assert body["metrics"]["a"][20] == {"start": "1970-01-01T20:00:00.000000Z", "count": 0, "min": None, "max": None,
                                        "mean": None, "p50": None, "p95": None, "last": None}  # fmt: skip
    assert body["metrics"]["b"][20]["mean"] == 1.0


async def test_the_ends_of_a_range_cut_their_buckets(client: httpx.AsyncClient) -> None:
    body = (await ask(client, **{"from": "1970-01-01T04:30:00Z", "to": "1970-01-01T07:00:00Z"})).json()
    found = [(bucket["start"][11:13], bucket["count"]) for bucket in body["metrics"]["a"]]
    assert found == [("00", 1), ("06", 1)]


async def test_an_empty_range_and_an_unknown_metric_are_answered(client: httpx.AsyncClient) -> None:
    assert (await ask(client, to=ASKED["from"])).json()["metrics"] == {"a": []}
    assert [it["count"] for it in (await ask(client, metric="nothing")).json()["metrics"]["nothing"]] == [0, 0]


@pytest.mark.parametrize("name", ["metric", "from", "to", "bucket"])
async def test_each_parameter_is_needed(client: httpx.AsyncClient, name: str) -> None:
    body = (await ask(client, **{name: None})).json()
    assert [(it["pointer"], it["code"]) for it in body["errors"]] == [(f"/query/{name}", "missing-parameter")]


async def test_too_many_buckets_are_refused_unread(client: httpx.AsyncClient, reader: MemoryReader) -> None:
    answer = await ask(client, bucket="1s", to="1970-01-01T06:00:00Z")
    assert (answer.status_code, answer.json()["code"]) == (422, "range-too-large")
    assert "21600 buckets" in answer.json()["detail"]
    assert reader.asked == []


async def test_a_range_of_all_times_is_refused_and_not_counted_out(client: httpx.AsyncClient) -> None:
    answer = await ask(client, **{"from": "0001-01-01T00:00:00Z", "to": "9999-12-31T23:59:59Z", "bucket": "1s"})
    assert answer.json()["code"] == "range-too-large"


async def test_too_many_readings_are_refused(client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(aggregate, "MOST_VALUES", 19)
    assert (await ask(client)).status_code == 200
    answer = await ask(client, metric=["a", "b"])
    assert (answer.json()["code"], "more than 9 readings" in answer.json()["detail"]) == ("range-too-large", True)


async def test_a_device_sums_up_its_own_readings_alone(client: httpx.AsyncClient, signer: Signer) -> None:
    for device, status in (("d1", 200), ("d2", 401)):
        client.headers.update(signer.device(device))
        assert (await ask(client)).status_code == status


@given(st.integers(1, 86_400))
def test_a_bucket_is_a_length_that_divides_a_day(seconds: int) -> None:
    if 86_400 % seconds == 0:
        assert parse_bucket(f"{seconds}s") == seconds
    else:
        with pytest.raises(ValueError, match="divides a day"):
            parse_bucket(f"{seconds}s")


@pytest.mark.parametrize(
    ("text", "seconds"), [("1s", 1), ("15m", 900), ("6h", 21_600), ("1d", 86_400), ("24h", 86_400)]
)
def test_buckets_have_units(text: str, seconds: int) -> None:
    assert parse_bucket(text) == seconds


@pytest.mark.parametrize("text", ["", "0s", "2d", "60", "1 m", "1M", "-1s", "٣s", "01m", "1.5h", "86401s", "7m\n"])
def test_other_lengths_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match="such as 1m"):
        parse_bucket(text)
