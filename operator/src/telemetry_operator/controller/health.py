"""The health port: `/livez`, `/readyz` and `/metrics`.

`/livez` proves progress: it is answered from the loop that does the work, so a loop that stands still answers nothing;
and it fails where the queue has not moved, or where a watch has been silent longer than a watch can be.
"""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Final

from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

Check = Callable[[], str | None]
"""What is wrong, in words; None where nothing is."""

_SHUTDOWN_SECONDS: Final = 1.0


@dataclass(slots=True)
class Health:
    """What the probes are answered from; the program adds its checks as its parts begin."""

    ready: bool = False
    """The operator can reach the API server, and leads or stands by."""
    checks: list[Check] = field(default_factory=list)

    def faults(self) -> list[str]:
        return [fault for check in self.checks if (fault := check()) is not None]


@asynccontextmanager
async def serve_health(health: Health, host: str, port: int) -> AsyncIterator[int]:
    """Answer probes; yields the port, which is a free one where 0 is asked for."""
    runner = web.AppRunner(build_app(health), access_log=None, shutdown_timeout=_SHUTDOWN_SECONDS)
    await runner.setup()
    try:
        site = web.TCPSite(runner, host, port)
        await site.start()
        yield runner.addresses[0][1]
    finally:
        await runner.cleanup()


def build_app(health: Health) -> web.Application:
    async def livez(_: web.Request) -> web.Response:
        faults = health.faults()
        return web.Response(text="".join(f"{fault}\n" for fault in faults) or "ok\n", status=503 if faults else 200)

    async def readyz(_: web.Request) -> web.Response:
        return web.Response(text="ready\n" if health.ready else "starting\n", status=200 if health.ready else 503)

    async def metrics(_: web.Request) -> web.Response:
        return web.Response(body=generate_latest(), headers={"Content-Type": CONTENT_TYPE_LATEST})

    app = web.Application()
    app.add_routes([web.get("/livez", livez), web.get("/readyz", readyz), web.get("/metrics", metrics)])
    return app
