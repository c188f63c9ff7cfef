import asyncio
import os
import signal
from collections.abc import Awaitable, Callable

import httpx
import pytest
from starlette.types import Receive, Scope, Send

from telemetry.core.lifecycle import Lifecycle
from telemetry.core.serving import bind, serve
from telemetry.core.settings import ServerSettings
from telemetry_contract.architecture import Reads, Store, Writes
from tests.support.ports import take_port
from tests.support.waiting import wait_until_async


def _settings(connection_requests: int = 1000) -> ServerSettings:
    return ServerSettings(
        platform="test",
        writes=Writes.KAFKA,
        store=Store.POSTGRES,
        reads=Reads.DIRECT,
        management_port=take_port(),
        connection_requests=connection_requests,
    )


class _App:
    """Answers at once, or when it is let."""

    def __init__(self) -> None:
        self.release = asyncio.Event()
        self.release.set()
        self.entered = asyncio.Event()

    async def __call__(self, _scope: Scope, _receive: Receive, send: Send) -> None:
        self.entered.set()
        await self.release.wait()
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"2")]})
        await send({"type": "http.response.body", "body": b"ok"})


class _Service:
    """A service under test: what its hooks were asked, and how it is reached."""

    def __init__(self, settings: ServerSettings) -> None:
        self.settings = settings
        self.port = take_port()
        self.lifecycle = Lifecycle()
        self.app = _App()
        self.may_start = asyncio.Event()
        self.may_start.set()
        self.stopped = False

    async def _start(self) -> None:
        await self.may_start.wait()

    async def _stop(self) -> None:
        self.stopped = True

    async def run(self, start: Callable[[], Awaitable[None]] | None = None) -> None:
        await serve(
            self.settings,
            self.lifecycle,
            app=self.app,
            port=self.port,
            start=start or self._start,
            stop=self._stop,
        )

    async def readiness(self) -> int | None:
        try:
            async with httpx.AsyncClient() as client:
                return (await client.get(f"http://127.0.0.1:{self.settings.management_port}/readyz")).status_code
        except httpx.TransportError:
            return None

    async def until_readiness(self, status: int) -> None:
        async def seen() -> bool:
            return await self.readiness() == status

        await wait_until_async(seen, what=f"/readyz says {status}")

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/"


def _signal_self() -> None:
    os.kill(os.getpid(), signal.SIGTERM)


async def test_a_process_that_still_starts_is_alive_but_not_ready() -> None:
    service = _Service(_settings())
    service.may_start.clear()
    running = asyncio.create_task(service.run())
    await service.until_readiness(503)
    service.may_start.set()
    await service.until_readiness(200)
    _signal_self()
    await running


async def test_what_is_in_flight_at_the_signal_is_answered() -> None:
    service = _Service(_settings())
    running = asyncio.create_task(service.run())
    await service.until_readiness(200)
    service.app.release.clear()
    service.app.entered.clear()
    async with httpx.AsyncClient() as client:
        request = asyncio.create_task(client.get(service.url))
        await service.app.entered.wait()
        _signal_self()
        await service.until_readiness(503)
        service.app.release.set()
        assert (await request).text == "ok"
    await running
    assert service.stopped


async def test_a_start_that_fails_ends_the_process_with_its_error() -> None:
    service = _Service(_settings())

    async def fail() -> None:
        raise RuntimeError("no schema")

    with pytest.raises(RuntimeError, match="no schema"):
        await service.run(fail)
    assert service.stopped


def test_processes_share_the_public_port() -> None:
    port = take_port()
    with bind("127.0.0.1", port, shared=True), bind("127.0.0.1", port, shared=True):
        pass


def test_a_management_port_is_one_processs_own() -> None:
    port = take_port()
    with bind("127.0.0.1", port, shared=False), pytest.raises(OSError, match="cannot listen"):
        bind("127.0.0.1", port, shared=False)


async def test_a_connection_is_closed_with_notice_after_its_number_of_requests() -> None:
    service = _Service(_settings(connection_requests=3))
    running = asyncio.create_task(service.run())
    await service.until_readiness(200)
    async with httpx.AsyncClient() as client:
        notices = [(await client.get(service.url)).headers.get("connection") for _ in range(4)]
    _signal_self()
    await running
    assert notices == [None, None, "close", None]
