"""The operator as a process, on a server that has nothing in it."""

import asyncio
import json
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import pytest

from telemetry_operator.controller.watcher import watched_paths
from tests.support.waiting import wait_until_async
from tests.unit.controller.api_server import ApiServer, serve_api, write_kubeconfig

LEASE = "/apis/coordination.k8s.io/v1/namespaces/home/leases/telemetry-operator"


class Operator:
    """A running operator, and what it logs."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self.process = process
        self.records: list[dict[str, object]] = []

    async def read(self) -> None:
        assert self.process.stderr is not None
        async for line in self.process.stderr:
            self.records.append(json.loads(line))

    def record(self, event: str) -> dict[str, object] | None:
        return next((record for record in self.records if record["event"] == event), None)

    async def until(self, event: str) -> dict[str, object]:
        async def logged() -> dict[str, object] | None:
            return self.record(event)

        found = await wait_until_async(logged, what=f"{event} among {self.records}")
        assert found is not None
        return found

    async def ask(self, path: str) -> int:
        port = (await self.until("operator-started"))["health_port"]
        async with aiohttp.ClientSession() as session, session.get(f"http://127.0.0.1:{port}{path}") as answer:
            return answer.status

    async def end(self) -> int:
        self.process.send_signal(signal.SIGTERM)
        return await self.process.wait()


@pytest.fixture
async def server() -> AsyncIterator[ApiServer]:
    async with serve_api() as server:
        yield server


@asynccontextmanager
async def operator(server: ApiServer, directory: Path, **settings: str) -> AsyncIterator[Operator]:
    write_kubeconfig(directory / "kubeconfig", server.url)
    ours = {"SERVICES_IMAGE": "x", "NAMESPACE": "home", "HEALTH_PORT": "0", "HEALTH_HOST": "127.0.0.1", **settings}
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("KUBE")},
        "KUBECONFIG": str(directory / "kubeconfig"),
        **{f"TELEMETRY_OPERATOR_{name}": value for name, value in ours.items()},
        "TELEMETRY_OPERATOR_LOG_FORMAT": "json",
    }
    argv = [sys.executable, "-m", "telemetry_operator.operate"]
    process = await asyncio.create_subprocess_exec(*argv, env=environment, stderr=asyncio.subprocess.PIPE)
    found = Operator(process)
    reading = asyncio.create_task(found.read())
    try:
        yield found
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()
        await reading


async def until_watched(server: ApiServer) -> None:
    async def watched() -> bool:
        return set(watched_paths(())) <= set(server.watches)

    await wait_until_async(watched, what="a watch of everything")


async def test_it_leads_watches_and_is_healthy(server: ApiServer, tmp_path: Path) -> None:
    async with operator(server, tmp_path) as running:
        await until_watched(server)
        assert [await running.ask(path) for path in ("/livez", "/readyz", "/metrics")] == [200, 200, 200]


async def test_at_the_signal_it_gives_the_lease_back_and_ends_well(server: ApiServer, tmp_path: Path) -> None:
    async with operator(server, tmp_path) as running:
        await until_watched(server)
        assert await running.end() == 0
    assert running.record("lease-released")


async def test_a_process_that_stands_by_is_healthy_and_ends_well(server: ApiServer, tmp_path: Path) -> None:
    server.documents[LEASE] = {"metadata": {"resourceVersion": "1"}, "spec": {"holderIdentity": "somebody"}}
    async with operator(server, tmp_path) as running:
        await running.until("standing-by")
        assert [await running.ask(path) for path in ("/livez", "/readyz")] == [200, 200]
        assert await running.end() == 0
    assert not server.watches


async def test_a_leader_that_lost_the_lease_ends_with_an_error(server: ApiServer, tmp_path: Path) -> None:
    async with operator(server, tmp_path) as running:
        await until_watched(server)
        server.documents[LEASE] = {"metadata": {"resourceVersion": "2"}, "spec": {"holderIdentity": "somebody"}}
        assert await running.process.wait() == 1
    assert running.record("leadership-lost")


async def test_without_rights_it_is_not_ready_and_does_not_lead(server: ApiServer, tmp_path: Path) -> None:
    server.refused.add("/apis/telemetry.dev/v1alpha1/telemetryplatforms")
    async with operator(server, tmp_path) as running:
        await running.until("cannot-list-platforms")
        assert await running.ask("/readyz") == 503
        assert await running.end() == 0
    assert not running.record("standing-by")
