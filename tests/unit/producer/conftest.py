"""The producer as an app, with ports that the test holds."""

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Any

import httpx
import pytest

from telemetry.core.http.credentials import Credentials
from telemetry.core.lifecycle import Lifecycle
from telemetry.producer.acceptors import StreamAcceptor
from telemetry.producer.admission import Admission, BufferGate
from telemetry.producer.app import build_app
from telemetry.producer.erasing import ErasureRoute
from telemetry.producer.intake import Intake
from telemetry.producer.limits import build_limits
from telemetry.producer.settings import ProducerSettings
from telemetry_contract.api import ErasureStatus
from telemetry_contract.architecture import Reads, Store, Writes
from telemetry_contract.keys import Claims, Keyring, Scope, format_keyring, make_device_key, make_token
from telemetry_contract.readings import Reading
from telemetry_contract.times import format_time

RING = Keyring("k1", {"k1": b"1" * 32})
MAX_AGE = 3600.0


class FakePublisher:
    """Acknowledges at once, unless it is told to fail for a device or to hold all back."""

    def __init__(self) -> None:
        self.published: list[tuple[str, list[Reading]]] = []
        self.failures: dict[str, Exception] = {}
        self.held: list[asyncio.Future[None]] | None = None
        self._arrived = asyncio.Semaphore(0)

    def publish(self, device: str, readings: list[Reading], received: int) -> asyncio.Future[None]:
        assert received > 0
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        if device in self.failures:
            future.set_exception(self.failures[device])
            return future
        self.published.append((device, readings))
        if self.held is None:
            future.set_result(None)
        else:
            self.held.append(future)
            self._arrived.release()
        return future

    async def hold(self, requests: int) -> list[asyncio.Future[None]]:
        """Wait until so many more requests are held back; return the deliveries of all."""
        for _ in range(requests):
            await self._arrived.acquire()
        return self.held or []


class FakeEraser:
    """Notes what it is to erase, or fails."""

    def __init__(self) -> None:
        self.status = ErasureStatus.QUEUED
        self.erased: list[str] = []
        self.failure: Exception | None = None

    async def erase(self, device: str, up_to: int) -> None:
        assert up_to > 0
        if self.failure is not None:
            raise self.failure
        self.erased.append(device)


class ProducerApp:
    """A producer in this process: what stands behind it, and requests to it."""

    def __init__(self, settings: ProducerSettings) -> None:
        self.publisher = FakePublisher()
        self.lifecycle = Lifecycle()
        self.age = 0.0
        self.eraser = FakeEraser()
        credentials, gate = Credentials(settings), BufferGate(lambda: self.age, settings.max_buffer_age_seconds)
        self.admission = Admission(self.lifecycle, settings.max_in_flight)
        self.intake = Intake(
            settings,
            credentials=credentials,
            gate=gate,
            limits=build_limits(settings, None),
            acceptor=StreamAcceptor(self.publisher),
        )
        self.app = build_app(self.intake, self.admission, ErasureRoute(credentials, self.admission, gate, self.eraser))
        self.client = httpx.AsyncClient(transport=httpx.ASGITransport(self.app), base_url="http://producer")

    async def post(self, path: str, body: object, *, bearer: str | None = None, **options: Any) -> httpx.Response:  # noqa: ANN401 - httpx's own
        headers = {"authorization": f"Bearer {bearer}"} if bearer else {}
        headers |= options.pop("headers", {})
        content = {"content": body} if isinstance(body, bytes) else {"json": body}
        if "content" in content:
            headers.setdefault("content-type", "application/json")
        return await self.client.post(f"/api/v1{path}", headers=headers, **content, **options)

    async def send(self, device: str, body: object, **options: Any) -> httpx.Response:  # noqa: ANN401 - httpx's own
        options.setdefault("bearer", key_of(device))
        return await self.post(f"/devices/{device}/readings", body, **options)

    async def send_many(self, body: object, **options: Any) -> httpx.Response:  # noqa: ANN401 - httpx's own
        options.setdefault("bearer", token(Scope.WRITE))
        return await self.post("/readings", body, **options)


def key_of(device: str, generation: int = 0) -> str:
    return make_device_key(RING, device, generation)


def token(*scopes: Scope, expires_in: float = 60) -> str:
    return make_token(RING, Claims("gateway", scopes, int(time.time() + expires_in)))


def reading(device: str | None = None, *, seconds: float = 0, **fields: Any) -> dict[str, Any]:  # noqa: ANN401 - JSON
    """Return a reading as a client sends it, `seconds` from now."""
    named = {} if device is None else {"device": device}
    return {"time": format_time(int((time.time() + seconds) * 1e6)), "metrics": {"a": 1}, **named, **fields}


def codes(answer: httpx.Response) -> Sequence[str]:
    """Return what became of each item: its problem's code, or its status."""
    return [item["problem"]["code"] if "problem" in item else item["status"] for item in answer.json()["items"]]


@pytest.fixture
def settings(tmp_path: Path) -> ProducerSettings:
    (tmp_path / "keys.json").write_bytes(format_keyring(RING))
    (tmp_path / "revocations.json").write_bytes(b'{"revoked": 1}')
    return ProducerSettings(
        platform="demo",
        writes=Writes.KAFKA,
        store=Store.POSTGRES,
        reads=Reads.REDIS,
        port=1,
        management_port=1,
        keys_file=tmp_path / "keys.json",
        revocations_file=tmp_path / "revocations.json",
        kafka_bootstrap="127.0.0.1:1",
        topic_prefix="demo",
        retention_seconds=86_400,
        max_buffer_age_seconds=MAX_AGE,
        max_body_bytes=10_000,
        max_unpacked_bytes=20_000,
        max_batch_readings=50,
        max_in_flight=2,
        receive_seconds=0.05,
        # So slow that a busy machine does not give back within a test what another request has spent.
        device_rate=0.01,
        device_burst=60,
        token_rate=0.01,
        token_burst=100,
    )


@pytest.fixture
async def producer(settings: ProducerSettings) -> AsyncIterator[ProducerApp]:
    producer = ProducerApp(settings)
    async with producer.client:
        yield producer
