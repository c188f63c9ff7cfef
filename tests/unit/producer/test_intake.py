import asyncio

import pytest

from telemetry.core.ports import Oversized, Saturated, Unavailable
from telemetry_contract.keys import Scope
from tests.unit.producer.conftest import MAX_AGE, ProducerApp, codes, key_of, reading, token


async def test_a_reading_is_queued_when_it_is_published(producer: ProducerApp) -> None:
    answer = await producer.send("d-1", reading())
    assert (answer.status_code, answer.json()) == (202, {"status": "queued"})
    assert [device for device, _ in producer.publisher.published] == ["d-1"]


async def test_nothing_is_answered_before_it_is_acknowledged(producer: ProducerApp) -> None:
    producer.publisher.held = []
    request = asyncio.ensure_future(producer.send("d-1", reading()))
    (delivery,) = await producer.publisher.hold(1)
    assert not request.done()
    delivery.set_result(None)
    assert (await request).status_code == 202


async def test_a_devices_readings_of_one_request_are_one_record(producer: ProducerApp) -> None:
    await producer.send_many([reading("d-1"), reading("d-2"), reading("d-1", seconds=-1)])
    assert [(device, len(own)) for device, own in producer.publisher.published] == [("d-1", 2), ("d-2", 1)]


async def test_a_list_that_is_all_queued_is_202(producer: ProducerApp) -> None:
    answer = await producer.send("d-1", [reading(), reading(seconds=-1)])
    assert (answer.status_code, answer.json()["accepted"], codes(answer)) == (202, 2, ["queued", "queued"])


async def test_a_mixed_list_is_answered_item_by_item(producer: ProducerApp) -> None:
    answer = await producer.send("d-1", [reading(), reading("d-2"), reading(time="now"), reading(seconds=9999)])
    assert answer.status_code == 207
    assert codes(answer) == ["queued", "forbidden-device", "invalid-reading", "reading-in-future"]


async def test_a_list_refused_alike_has_the_status_of_its_items(producer: ProducerApp) -> None:
    answer = await producer.send("d-1", [reading("d-2"), reading("d-3")])
    assert (answer.status_code, answer.json()["code"], answer.json()["rejected"]) == (403, "forbidden-device", 2)


async def test_a_list_refused_for_different_reasons_is_422(producer: ProducerApp) -> None:
    answer = await producer.send("d-1", [reading("d-2"), reading(time="now")])
    assert (answer.status_code, answer.json()["code"]) == (422, "none-accepted")
    assert codes(answer) == ["forbidden-device", "invalid-reading"]


async def test_part_of_a_list_that_cannot_be_published_is_to_be_sent_again(producer: ProducerApp) -> None:
    producer.publisher.failures["d-2"] = Unavailable("away")
    answer = await producer.send_many([reading("d-1"), reading("d-2")])
    assert (answer.status_code, codes(answer)) == (207, ["queued", "unavailable"])
    assert answer.json()["items"][1]["status"] == "unavailable"


async def test_503_only_if_nothing_was_accepted(producer: ProducerApp) -> None:
    producer.publisher.failures["d-2"] = Unavailable("away", retry_after=2.5)
    answer = await producer.send_many([reading("d-2"), reading("d-1", time="now")])
    assert (answer.status_code, answer.json()["code"], answer.headers["retry-after"]) == (503, "unavailable", "3")
    assert codes(answer) == ["unavailable", "invalid-reading"]


@pytest.mark.parametrize(
    ("failure", "expected"),
    [
        (Unavailable("away"), (503, "unavailable")),
        (Saturated("full"), (503, "saturated")),
        (Oversized("large"), (413, "body-too-large")),
    ],
)
async def test_a_reading_that_cannot_be_published_is_never_accepted(
    producer: ProducerApp, failure: Exception, expected: tuple[int, str]
) -> None:
    producer.publisher.failures["d-1"] = failure
    answer = await producer.send("d-1", reading())
    assert (answer.status_code, answer.json()["code"]) == expected


async def test_an_invalid_reading_is_pointed_at(producer: ProducerApp) -> None:
    answer = await producer.send("d-1", {"time": "now", "metrics": {}})
    assert [it["pointer"] for it in answer.json()["errors"]] == ["/time", "/metrics"]


async def test_an_empty_list_is_refused(producer: ProducerApp) -> None:
    assert (await producer.send("d-1", [])).status_code == 422


async def test_a_list_that_is_too_long_is_refused_whole(producer: ProducerApp) -> None:
    answer = await producer.send("d-1", [reading(seconds=-n) for n in range(51)])
    assert (answer.status_code, answer.json()["code"]) == (413, "batch-too-large")


@pytest.mark.parametrize("body", [b"", b"{", b"1", b"\xff"])
async def test_a_body_that_is_no_json_of_ours_is_400(producer: ProducerApp, body: bytes) -> None:
    assert (await producer.send("d-1", body)).json()["code"] == "malformed-body"


async def test_a_reading_older_than_retention_is_refused(producer: ProducerApp) -> None:
    assert (await producer.send("d-1", reading(seconds=-86_400))).json()["code"] == "reading-too-old"


async def test_over_its_limit_a_caller_gets_429(producer: ProducerApp) -> None:
    await producer.send("d-1", [reading(seconds=-n) for n in range(50)])
    answer = await producer.send("d-1", [reading(seconds=-n) for n in range(50)])
    assert (answer.status_code, answer.json()["limit"]) == (429, "device")
    assert {"retry-after", "ratelimit", "ratelimit-policy"} <= set(answer.headers)


async def test_of_a_mixed_list_over_the_limit_each_item_says_so(producer: ProducerApp) -> None:
    await producer.send("d-1", [reading(seconds=-n) for n in range(50)])
    answer = await producer.send("d-1", [reading(time="now"), *(reading(seconds=-n) for n in range(40))])
    assert (answer.status_code, set(codes(answer))) == (422, {"invalid-reading", "rate-limited"})


async def test_what_is_refused_costs_none_of_the_limit(producer: ProducerApp) -> None:
    for _ in range(5):
        await producer.send("d-1", [reading(time="now")] * 50)
    assert (await producer.send("d-1", [reading(seconds=-n) for n in range(50)])).status_code == 202


async def test_a_gateway_has_the_limit_of_its_token(producer: ProducerApp) -> None:
    for part in range(2):
        await producer.send_many([reading(f"d-{part}-{n}") for n in range(50)])
    answer = await producer.send_many([reading(f"d-{n}") for n in range(50)])
    assert (answer.status_code, answer.json()["limit"]) == (429, "token")


async def test_a_buffer_that_is_too_old_takes_no_more(producer: ProducerApp) -> None:
    producer.age = MAX_AGE + 1
    answer = await producer.send("d-1", reading())
    assert (answer.status_code, answer.json()["code"]) == (503, "buffer-too-old")
    assert "retry-after" in answer.headers


async def test_a_stranger_learns_nothing_of_the_buffer(producer: ProducerApp) -> None:
    producer.age = MAX_AGE + 1
    assert (await producer.send("d-1", reading(), bearer=key_of("d-2"))).status_code == 401


async def test_on_the_open_route_a_key_proves_its_own_readings(producer: ProducerApp) -> None:
    answer = await producer.send_many([reading("d-1"), reading("d-2")], bearer=key_of("d-1"))
    assert (answer.status_code, codes(answer)) == (207, ["queued", "forbidden-device"])


async def test_on_the_open_route_a_key_that_proves_nothing_is_401(producer: ProducerApp) -> None:
    assert (await producer.send_many([reading("d-2")], bearer=key_of("d-1"))).status_code == 401


async def test_on_the_open_route_one_reading_may_come_alone(producer: ProducerApp) -> None:
    answer = await producer.send_many(reading("d-1"), bearer=key_of("d-1"))
    assert (answer.status_code, answer.json()) == (202, {"status": "queued"})


async def test_on_the_open_route_a_list_of_invalid_readings_is_told_so(producer: ProducerApp) -> None:
    answer = await producer.send_many([reading("d-1", time="now")], bearer=key_of("d-1"))
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid-reading")


async def test_a_gateway_may_not_write_the_platforms_own_devices(producer: ProducerApp) -> None:
    answer = await producer.send_many([reading("_probe"), reading("d-1")])
    assert codes(answer) == ["forbidden-device", "queued"]


async def test_the_platforms_own_devices_write_with_their_own_key(producer: ProducerApp) -> None:
    assert (await producer.send("_probe", reading())).status_code == 202


async def test_a_gateway_may_send_to_one_devices_path(producer: ProducerApp) -> None:
    answer = await producer.send("d-1", [reading(), reading("d-2")], bearer=token(Scope.WRITE))
    assert codes(answer) == ["queued", "invalid-reading"]
