import asyncio
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import unquote

import kopf
import pytest

from telemetry_operator.cluster.client import path_of
from telemetry_operator.cluster.kinds import PLATFORM, POD
from telemetry_operator.controller.schedule import PlatformName
from telemetry_operator.controller.watcher import ANNOTATIONS, build_settings, watch, watched_paths
from telemetry_operator.controller.watches import Watches
from telemetry_operator.handlers import Queues, build_registry
from telemetry_operator.resources.comparison import COMPARISON_LABEL
from telemetry_operator.resources.naming import MANAGED_BY, PLATFORM_LABEL
from telemetry_operator.resources.objects import SECRET
from tests.support.waiting import wait_until_async
from tests.unit.controller.api_server import ApiServer, serve_api, write_kubeconfig

SECRETS = path_of(SECRET, None)
POD_OF_DEMO = {
    "name": "demo-producer-x",
    "namespace": "n",
    "uid": "2",
    "labels": {**MANAGED_BY, PLATFORM_LABEL: "demo"},
}


@dataclass
class Clock:
    now: float = 0.0

    def __call__(self) -> float:
        return self.now


@dataclass
class Watching:
    """An operator that watches a server, with a clock of its own for silence."""

    server: ApiServer
    clock: Clock
    watches: Watches
    put: list[PlatformName] = field(default_factory=list)
    compared: list[PlatformName] = field(default_factory=list)
    heard: list[tuple[str, str]] = field(default_factory=list)

    def hear(self, kind: str, version: str) -> None:
        self.heard.append((kind, version))

    async def until_silent(self, *paths: str) -> None:
        """Let time pass, and wait until only these have not been heard of since."""
        self.clock.now += 1000
        expected = f"nothing was heard of a watch for 60 s: {', '.join(paths)}" if paths else None

        async def reached() -> bool:
            return self.watches.fault() == expected

        await wait_until_async(reached, what=f"silence of {paths or 'none'}")


@asynccontextmanager
async def watching(server: ApiServer, inactivity_seconds: float = 60.0) -> AsyncIterator[Watching]:
    clock = Clock()
    seen = Watching(server, clock, Watches(watched_paths(()), bound=60.0, clock=clock))
    settings = build_settings(watch_seconds=0.2, inactivity_seconds=inactivity_seconds)
    registry = build_registry(Queues(seen.put.append, comparisons=seen.compared.append), hear=seen.hear)
    task = asyncio.create_task(watch(registry, settings, (), seen.watches, stop=asyncio.Event()))
    try:
        yield seen
    finally:
        task.cancel()
        await asyncio.wait({task})


@pytest.fixture
async def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[ApiServer]:
    async with serve_api() as server:
        write_kubeconfig(tmp_path / "kubeconfig", server.url)
        monkeypatch.setenv("KUBECONFIG", str(tmp_path / "kubeconfig"))
        yield server


async def test_an_idle_cluster_stays_healthy(server: ApiServer) -> None:
    async with watching(server) as seen:
        for _ in range(3):
            await seen.until_silent()


async def test_one_watch_that_freezes_is_seen(server: ApiServer) -> None:
    async with watching(server) as seen:
        await seen.until_silent()
        server.frozen.add(SECRETS)
        await seen.until_silent(SECRETS)


async def test_a_watch_that_never_begins_is_seen(server: ApiServer) -> None:
    server.frozen.add(SECRETS)
    async with watching(server) as seen:
        await seen.until_silent(SECRETS)


async def test_a_watch_on_a_dead_connection_is_begun_again(server: ApiServer) -> None:
    server.silent.add(SECRETS)
    async with watching(server, inactivity_seconds=0.4) as seen:
        await seen.until_silent()
        await seen.until_silent()


REFUSED = """
import asyncio, os
from telemetry_operator.controller.watcher import build_settings, watch
from telemetry_operator.controller.watches import Watches
from telemetry_operator.handlers import Queues, build_registry

settings = build_settings(watch_seconds=60)
settings.networking.error_backoffs = (0.01,)
registry = build_registry(Queues(print), hear=print)
try:
    asyncio.Runner().run(watch(registry, settings, (), Watches(()), stop=asyncio.Event()))
except Exception as error:
    print(error)
    os._exit(7)
"""


async def test_a_watch_that_is_refused_ends_all_of_them(server: ApiServer) -> None:
    server.refused.add(SECRETS)
    # In a process of its own, which leaves as the program does: kopf's other tasks do not let themselves be ended.
    argv = [sys.executable, "-c", REFUSED]
    program = await asyncio.create_subprocess_exec(
        *argv, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
    )
    said, _ = await program.communicate()
    assert program.returncode == 7
    assert b"Forbidden" in said


async def test_a_change_of_a_platform_asks_for_its_visit(server: ApiServer) -> None:
    async with watching(server) as seen:
        server.tell(PLATFORM, {"metadata": {"name": "demo", "namespace": "n", "uid": "1"}})
        await wait_until_async(_anything(seen.put), what="the platform's name")
        assert seen.put == [PlatformName("n", "demo")]


async def test_a_change_of_a_part_asks_for_its_platforms_visit(server: ApiServer) -> None:
    async with watching(server) as seen:
        server.tell(POD, {"metadata": POD_OF_DEMO}, "DELETED")
        await wait_until_async(_anything(seen.put), what="the platform's name")
        assert seen.put == [PlatformName("n", "demo")]


async def test_a_change_of_a_cells_platform_asks_for_its_comparisons_visit(server: ApiServer) -> None:
    async with watching(server) as seen:
        labels = {COMPARISON_LABEL: "which"}
        server.tell(PLATFORM, {"metadata": {"name": "which-1", "namespace": "n", "uid": "1", "labels": labels}})
        await wait_until_async(_anything(seen.compared), what="the comparison's name")
        assert seen.compared == [PlatformName("n", "which")]


async def test_the_version_of_a_part_is_heard_of_before_the_visit_that_it_asks_for(server: ApiServer) -> None:
    async with watching(server) as seen:
        server.tell(POD, {"kind": "Pod", "metadata": {**POD_OF_DEMO, "resourceVersion": "12"}})
        await wait_until_async(_anything(seen.put), what="the platform's name")
        assert seen.heard == [("Pod", "12")]


async def test_only_what_is_ours_is_asked_for(server: ApiServer) -> None:
    async with watching(server) as seen:
        await seen.until_silent()
    lists = [query for _, query in server.requests if query.startswith(f"{SECRETS}?")]
    assert lists
    assert all("labelSelector=app.kubernetes.io/managed-by=telemetry-operator" in unquote(query) for query in lists)


async def test_watching_writes_nothing(server: ApiServer) -> None:
    async with watching(server) as seen:
        server.tell(PLATFORM, {"metadata": {"name": "demo", "namespace": "n", "uid": "1"}})
        await wait_until_async(_anything(seen.put), what="the platform's name")
        await seen.until_silent()
    assert {method for method, _ in server.requests} == {"GET"}


async def test_neither_kinds_nor_namespaces_are_looked_for(server: ApiServer) -> None:
    async with watching(server) as seen:
        await seen.until_silent()
    assert not [path for _, path in server.requests if "customresourcedefinitions" in path or "/namespaces" in path]


def test_namespaced_watches_are_one_for_each_kind_and_namespace() -> None:
    paths = watched_paths(("a", "b"))
    assert len(paths) == 2 * len(watched_paths(()))
    assert "/apis/apps/v1/namespaces/a/deployments" in paths


def test_what_kopf_might_write_has_our_prefix() -> None:
    settings = build_settings()
    assert settings.persistence.finalizer.startswith(ANNOTATIONS)
    storage = settings.persistence.progress_storage
    assert isinstance(storage, kopf.AnnotationsProgressStorage)
    assert storage.prefix == ANNOTATIONS


def _anything(put: list[PlatformName]) -> Callable[[], Awaitable[bool]]:
    async def found() -> bool:
        return bool(put)

    return found
