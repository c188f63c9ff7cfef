"""Running a service: its ports, its signals and its way out.

Replicas on one machine are processes that share the public port (SO_REUSEPORT); each has its own management port. On
SIGTERM or SIGINT a process turns unready, finishes what it has begun, runs `stop`, and only then gives up management.
"""

import asyncio
import contextlib
import gc
import signal
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Iterator
from typing import Final

import structlog
import uvicorn
import uvloop
from starlette.types import ASGIApp

from telemetry.core.certificates import Certificates
from telemetry.core.connections import connection_type, silent_closed
from telemetry.core.lifecycle import Lifecycle
from telemetry.core.management import build_management
from telemetry.core.settings import ServerSettings
from telemetry.core.tracing.spans import close_tracing, trace_requests

BACKLOG: Final = 2048
COLLECTOR_THRESHOLD: Final = 20_000  # new objects; with Python's 700, requests in flight cost a tenth of the time

log = structlog.get_logger(__name__)

Hook = Callable[[], Awaitable[None]]


def run(service: Coroutine[None, None, None]) -> None:
    """Run a service to its end; a port that is taken ends it with one line and code 1."""
    try:
        uvloop.run(service)
    except OSError as error:
        log.critical("service-failed", error=error.strerror or str(error))
        raise SystemExit(1) from None


async def serve(
    settings: ServerSettings,
    lifecycle: Lifecycle,
    *,
    app: ASGIApp | None = None,
    port: int | None = None,
    certificates: Certificates | None = None,
    start: Hook,
    stop: Hook,
) -> None:
    """Serve management, and `app` on `port` where there is one, until a signal; return when all is drained.

    `start` runs with management already up, so that a process that waits for its surroundings is alive but not ready.
    """
    stopping = _stop_on_signal()
    management = bind(settings.management_host, settings.management_port, shared=False)
    async with _listening(build_management(lifecycle), settings, management):
        try:
            starting = asyncio.create_task(_run_start(start, lifecycle))
            async with contextlib.AsyncExitStack() as stack:
                if app is not None and port is not None:
                    listener = bind(settings.host, port, shared=True)
                    await stack.enter_async_context(_listening(trace_requests(app), settings, listener, certificates))
                log.info("service-started", port=port, management_port=settings.management_port)
                await _first(starting, stopping)
                lifecycle.drain()
                log.info("service-draining")
        finally:
            await _cancel(starting)
            await stop()
            await asyncio.to_thread(close_tracing)
            log.info("service-stopped")


async def _run_start(start: Hook, lifecycle: Lifecycle) -> None:
    await start()
    _quieten_collector()
    lifecycle.started()
    log.info("service-ready")
    await asyncio.Event().wait()


def _quieten_collector() -> None:
    """Leave what stands after the start out of every garbage collection, and have fewer of them."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(COLLECTOR_THRESHOLD)


async def _first(starting: asyncio.Task[None], stopping: asyncio.Event) -> None:
    """Wait for the signal; a start that failed is raised instead."""
    waiting = asyncio.create_task(stopping.wait())
    await asyncio.wait({starting, waiting}, return_when=asyncio.FIRST_COMPLETED)
    waiting.cancel()
    if starting.done():
        starting.result()


async def _cancel(task: asyncio.Task[None]) -> None:
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError, Exception):
        await task


def _stop_on_signal() -> asyncio.Event:
    stopping = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stopping.set)
    return stopping


class _Server(uvicorn.Server):
    """Uvicorn without its own signal handlers: one process has two of it."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


@contextlib.asynccontextmanager
async def _listening(
    app: ASGIApp, settings: ServerSettings, listener: socket.socket, certificates: Certificates | None = None
) -> AsyncIterator[None]:
    config = uvicorn.Config(
        app,
        interface="asgi3",
        http=connection_type(settings.connection_requests),
        ws="none",
        lifespan="off",
        access_log=False,
        log_config=None,
        server_header=False,
        proxy_headers=False,
        date_header=False,
        timeout_graceful_shutdown=int(settings.drain_seconds) + 1,
        ssl_context_factory=None if certificates is None else lambda *_: certificates.context,
    )
    server = _Server(config)
    running = asyncio.create_task(server.serve(sockets=[listener]))
    try:
        async with (
            silent_closed(server.server_state.connections),
            certificates.followed() if certificates else contextlib.nullcontext(),
        ):
            yield
    finally:
        server.should_exit = True
        await running
        listener.close()


def bind(host: str, port: int, *, shared: bool) -> socket.socket:
    """Return a listening socket; `shared` lets other processes listen on the same port.

    Raises:
        OSError: the port is taken, or the address is not this machine's; the text names both.
    """
    listener = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_STREAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if shared:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        listener.bind((host, port))
        listener.listen(BACKLOG)
    except OSError as error:
        listener.close()
        raise OSError(error.errno, f"cannot listen on {host}:{port}: {error.strerror}") from None
    return listener
