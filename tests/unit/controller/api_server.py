"""As much of an API server as watching needs: kinds, empty lists, and watches that end when they should, or freeze."""

import asyncio
import json
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from aiohttp import web

from telemetry_operator.cluster.client import path_of
from telemetry_operator.cluster.kinds import BENCHMARK, COMPARISON, PLATFORM
from telemetry_operator.handlers import PARTS
from telemetry_operator.resources.objects import Kind

KINDS = (
    PLATFORM,
    BENCHMARK,
    COMPARISON,
    *PARTS,
    # kopf waits for these two to be served, and leaves them alone.
    Kind("v1", "Namespace", "namespaces"),
    Kind("apiextensions.k8s.io/v1", "CustomResourceDefinition", "customresourcedefinitions"),
)


class ApiServer:
    """What was asked, and how watches behave."""

    def __init__(self) -> None:
        self.url = ""
        self.frozen: set[str] = set()
        """Paths whose watches are not answered."""
        self.refused: set[str] = set()
        """Paths that may not be listed or watched."""
        self.silent: set[str] = set()
        """Paths whose watches are answered, and then neither end nor tell."""
        self.watches: dict[str, int] = defaultdict(int)
        self.documents = _discovery()
        """Answers by path; a list without items everywhere else."""
        self.requests: list[tuple[str, str]] = []
        self._streams: dict[str, asyncio.Queue[dict[str, Any]]] = defaultdict(asyncio.Queue)
        self._released = asyncio.Event()

    def tell(self, kind: Kind, body: dict[str, Any], event: str = "MODIFIED") -> None:
        """Send an event to whoever watches the kind."""
        self._streams[path_of(kind, None)].put_nowait({"type": event, "object": body})

    def release(self) -> None:
        self._released.set()

    async def answer(self, request: web.Request) -> web.StreamResponse:
        self.requests.append((request.method, request.path_qs))
        if request.path in self.refused:
            return web.json_response({"kind": "Status", "code": 403, "reason": "Forbidden"}, status=403)
        if request.query.get("watch") == "true":
            return await self._watch(request)
        if request.method == "PATCH":
            self.documents[request.path] = json.loads(await request.read())
        return web.json_response(
            self.documents.get(request.path) or {"metadata": {"resourceVersion": "1"}, "items": []}
        )

    async def _watch(self, request: web.Request) -> web.StreamResponse:
        if request.path in self.frozen:
            await self._released.wait()
        response = web.StreamResponse()
        await response.prepare(request)
        self.watches[request.path] += 1
        if request.path in self.silent:
            await self._released.wait()
            return response
        try:
            async with asyncio.timeout(float(request.query["timeoutSeconds"])):
                while True:
                    event = await self._streams[request.path].get()
                    await response.write(json.dumps(event).encode() + b"\n")
        except TimeoutError:
            return response


@asynccontextmanager
async def serve_api() -> AsyncIterator[ApiServer]:
    server = ApiServer()
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", server.answer)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    server.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    try:
        yield server
    finally:
        server.release()
        await runner.cleanup()


def write_kubeconfig(path: Path, url: str) -> None:
    named = {"name": "test"}
    config = {
        "current-context": "test",
        "contexts": [{**named, "context": {"cluster": "test", "user": "test"}}],
        "clusters": [{**named, "cluster": {"server": url}}],
        "users": [{**named, "user": {"token": "secret"}}],
    }
    path.write_text(json.dumps(config))


def _discovery() -> dict[str, Any]:
    """Discovery documents by path."""
    groups = {kind.group: kind.api_version.rpartition("/")[2] for kind in KINDS if kind.group}
    versions = {f"/apis/{group}/{version}" for group, version in groups.items()} | {"/api/v1"}
    return {
        "/api": {"versions": ["v1"]},
        "/apis": {"groups": [_group(group, version) for group, version in groups.items()]},
        **{path: {"resources": [_resource(kind) for kind in KINDS if _root(kind) == path]} for path in versions},
    }


def _root(kind: Kind) -> str:
    return path_of(kind, None).rpartition("/")[0]


def _group(group: str, version: str) -> dict[str, Any]:
    return {"name": group, "versions": [{"version": version}], "preferredVersion": {"version": version}}


def _resource(kind: Kind) -> dict[str, Any]:
    verbs = ["list", "watch", "patch"]
    return {"name": kind.plural, "kind": kind.kind, "singularName": "", "namespaced": True, "verbs": verbs}
