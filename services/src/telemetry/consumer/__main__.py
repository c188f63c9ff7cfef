"""`python -m telemetry.consumer`: stores what the stream carries."""

import asyncio
import signal
import sys
import threading
from typing import Final

from telemetry.consumer.keeping import build_keeping, start_keeping_bounds
from telemetry.consumer.runner import Runner
from telemetry.consumer.settings import ConsumerSettings
from telemetry.consumer.traced_sink import traced
from telemetry.core.lifecycle import Lifecycle
from telemetry.core.logs import configure_logs
from telemetry.core.serving import run, serve
from telemetry.core.settings import load_settings
from telemetry.core.tracing.spans import start_tracing

EXIT_FAILED: Final = 1

# The thread that stores needs the interpreter briefly between two waits for PostgreSQL, while the other decodes without
# a pause: at Python's default of 5 ms it would wait as long for the interpreter as for PostgreSQL.
SWITCH_SECONDS: Final = 0.0005


async def consume(settings: ConsumerSettings, failed: threading.Event) -> None:
    """Consume until a signal, which may be our own: then `failed` is set."""
    loop = asyncio.get_running_loop()
    ready, stopping = asyncio.Event(), threading.Event()
    keeping = build_keeping(settings)

    def fail() -> None:
        failed.set()
        signal.raise_signal(signal.SIGTERM)

    def be_ready() -> None:
        loop.call_soon_threadsafe(ready.set)

    runner = Runner(
        settings,
        traced(keeping.sink),
        ready=be_ready,
        failed=fail,
        open_stream=keeping.open_stream,
        make_heartbeats=keeping.make_heartbeats,
    )

    async def start() -> None:
        start_keeping_bounds(keeping, stopping)
        runner.start()
        await ready.wait()

    async def stop() -> None:
        stopping.set()
        await asyncio.to_thread(runner.stop)

    await serve(settings, Lifecycle(), app=keeping.app, port=settings.port, start=start, stop=stop)


def main() -> None:
    settings = load_settings(ConsumerSettings, sys.argv[1:])
    configure_logs(settings, "consumer")
    start_tracing(settings, "consumer")
    sys.setswitchinterval(SWITCH_SECONDS)
    failed = threading.Event()
    run(consume(settings, failed))
    if failed.is_set():
        raise SystemExit(EXIT_FAILED)


if __name__ == "__main__":
    main()
