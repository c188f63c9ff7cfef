import asyncio
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager

import aiohttp
import httpx
import pytest

from telemetry_operator.controller.health import Health, serve_health
from tests.support.waiting import wait_until


@pytest.fixture
async def health() -> Health:
    return Health()


@pytest.fixture
async def url(health: Health) -> AsyncIterator[str]:
    async with serve_health(health, "127.0.0.1", 0) as port:
        yield f"http://127.0.0.1:{port}"


async def ask(url: str) -> tuple[int, str]:
    async with aiohttp.ClientSession() as session, session.get(url) as answer:
        return answer.status, await answer.text()


async def test_a_program_without_faults_lives(url: str) -> None:
    assert await ask(f"{url}/livez") == (200, "ok\n")


async def test_a_fault_is_named(url: str, health: Health) -> None:
    health.checks += [lambda: None, lambda: "the queue stands still"]
    assert await ask(f"{url}/livez") == (503, "the queue stands still\n")


async def test_it_is_ready_once_it_is_said_to_be(url: str, health: Health) -> None:
    assert (await ask(f"{url}/readyz"))[0] == 503
    health.ready = True
    assert (await ask(f"{url}/readyz"))[0] == 200


async def test_metrics_are_told(url: str) -> None:
    status, text = await ask(f"{url}/metrics")
    assert status == 200
    assert "telemetry_operator_queue_depth" in text


def test_a_loop_that_stands_still_answers_nothing() -> None:
    with served_from_a_thread() as (loop, url):
        assert answers(url)
        release, frozen = threading.Event(), threading.Event()

        def freeze() -> None:
            frozen.set()
            release.wait(60)

        loop.call_soon_threadsafe(freeze)
        frozen.wait(60)
        assert not answers(url)
        release.set()
        wait_until(lambda: answers(url), what="an answer of the loop that goes on")


@contextmanager
def served_from_a_thread() -> Iterator[tuple[asyncio.AbstractEventLoop, str]]:
    loop, port, stop = asyncio.new_event_loop(), 0, asyncio.Event()
    started = threading.Event()

    async def serve() -> None:
        nonlocal port
        async with serve_health(Health(), "127.0.0.1", 0) as port:
            started.set()
            await stop.wait()

    thread = threading.Thread(target=loop.run_until_complete, args=(serve(),))
    thread.start()
    started.wait(60)
    try:
        yield loop, f"http://127.0.0.1:{port}/livez"
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join()
        loop.close()


def answers(url: str) -> bool:
    try:
        return httpx.get(url, timeout=0.5, trust_env=False).is_success
    except httpx.TimeoutException:
        return False
