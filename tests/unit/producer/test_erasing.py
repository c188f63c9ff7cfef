import httpx
import pytest

from telemetry.core.ports import Unavailable
from telemetry_contract.api import ErasureStatus
from telemetry_contract.keys import Scope
from tests.unit.producer.conftest import ProducerApp, key_of, token

PATH = "/api/v1/devices/pump-1"


async def delete(producer: ProducerApp, path: str = PATH, bearer: str | None = None) -> httpx.Response:
    headers = {"authorization": f"Bearer {bearer or token(Scope.ADMIN)}"}
    return await producer.client.delete(path, headers=headers)


@pytest.mark.parametrize(("status", "code"), [(ErasureStatus.QUEUED, 202), (ErasureStatus.ERASED, 200)])
async def test_a_device_is_erased_and_what_became_of_it_told(
    producer: ProducerApp, status: ErasureStatus, code: int
) -> None:
    producer.eraser.status = status
    answer = await delete(producer)
    assert (answer.status_code, answer.json()) == (code, {"device": "pump-1", "status": status.value})
    assert producer.eraser.erased == ["pump-1"]


async def test_only_administrators_erase(producer: ProducerApp) -> None:
    bearers = [token(Scope.WRITE, Scope.READ), key_of("pump-1"), token(Scope.ADMIN, expires_in=-1), "k1.x.y"]
    assert [(await delete(producer, bearer=it)).status_code for it in bearers] == [403, 401, 401, 401]
    assert (await producer.client.delete(PATH)).status_code == 401
    assert producer.eraser.erased == []


@pytest.mark.parametrize("path", ["/api/v1/devices/not%20a%20device", "/api/v1/devices/pump-1?from=2026-01-01"])
async def test_what_is_no_device_is_refused(producer: ProducerApp, path: str) -> None:
    answer = await delete(producer, path)
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid-parameter")
    assert producer.eraser.erased == []


async def test_an_order_that_may_be_lost_is_no_success(producer: ProducerApp) -> None:
    producer.eraser.failure = Unavailable("Kafka does not acknowledge")
    answer = await delete(producer)
    assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")
    assert "retry-after" in answer.headers


async def test_orders_wait_outside_like_readings(producer: ProducerApp) -> None:
    producer.age = 1e9
    assert (await delete(producer)).json()["code"] == "buffer-too-old"
    producer.lifecycle.drain()
    assert (await delete(producer)).json()["code"] == "draining"
    assert producer.eraser.erased == []


async def test_a_device_is_not_asked_for_here(producer: ProducerApp) -> None:
    answer = await producer.client.get(PATH)
    assert (answer.status_code, answer.json()["code"], answer.headers["allow"]) == (
        405,
        "method-not-allowed",
        "DELETE, OPTIONS",
    )
