"""Asking a master, over HTTP, with the words that it answers in."""

from collections.abc import AsyncIterator

import msgspec
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from telemetry_loadtest.measured import Measured
from telemetry_loadtest.progress import PROGRESS_PATH, RESULT_PATH, STOP_PATH, STORED_PATH, Progress, Stage
from telemetry_operator.reconcile.runs.master import address_of, reach_master
from telemetry_operator.reconcile.runs.talking import Address, SilentPodError
from telemetry_operator.resources.objects import Key
from tests.unit.reconcile.runs.given import begun, observed, pod, secret


class Server:
    """A master's control port; remembers what it was told."""

    def __init__(self) -> None:
        self.told: list[tuple[str, str, str]] = []
        self.progress = msgspec.json.encode(Progress(Stage.RUNNING, began=5.0))

    async def answer(self, request: web.Request) -> web.Response:
        self.told.append((request.path, request.headers["Authorization"], await request.text()))
        if request.path == RESULT_PATH:
            return web.Response(status=404, text="there is no result yet")
        return web.Response(body=self.progress)


@pytest.fixture
async def server() -> AsyncIterator[tuple[Server, Address]]:
    made, app = Server(), web.Application()
    app.router.add_route("*", "/{path:.*}", made.answer)
    async with TestServer(app) as running:
        yield made, Address(f"http://127.0.0.1:{running.port}", "token")


async def test_a_master_tells_how_far_it_is(server: tuple[Server, Address]) -> None:
    made, address = server
    async with reach_master(address) as master:
        assert await master.progress() == Progress(Stage.RUNNING, began=5.0)
    assert made.told == [(PROGRESS_PATH, "Bearer token", "")]


async def test_a_master_is_told_why_it_stops_and_that_it_may_end(server: tuple[Server, Address]) -> None:
    made, address = server
    async with reach_master(address) as master:
        await master.stop("enough")
        await master.stored()
    assert [(path, text) for path, _, text in made.told] == [(STOP_PATH, "enough"), (STORED_PATH, "")]


async def test_what_is_not_there_yet_is_silence(server: tuple[Server, Address]) -> None:
    async with reach_master(server[1]) as master:
        with pytest.raises(SilentPodError, match="answered 404"):
            await master.result(Measured)


async def test_an_answer_that_cannot_be_read_is_silence(server: tuple[Server, Address]) -> None:
    server[0].progress = b"<html>"
    async with reach_master(server[1]) as master:
        with pytest.raises(SilentPodError, match="cannot read"):
            await master.progress()


async def test_nobody_there_is_silence() -> None:
    async with reach_master(Address("http://127.0.0.1:9", "token")) as master:
        with pytest.raises(SilentPodError, match="does not answer"):
            await master.progress()


def test_a_master_is_found_by_its_pod_and_the_runs_token() -> None:
    credentials = {Key("Secret", "evening-bench-credentials"): secret(**{"control-token": b"t"})}
    run = observed(begun(), objects=credentials, pods=(pod(), pod("bench-master")))
    assert address_of(run) == Address("http://10.0.0.1:8080", "t")


def test_a_master_without_pod_or_token_is_not_asked() -> None:
    assert address_of(observed(begun(), pods=(pod("bench-master"),))) is None
    assert address_of(observed(begun())) is None
