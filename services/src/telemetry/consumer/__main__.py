"""`python -m telemetry.consumer`: stores what the stream carries."""

import asyncio
import signal
import sys
import threading
from contextvars import copy_context
from typing import Final

from telemetry.consumer.postgres_sink import PostgresSink
from telemetry.consumer.runner import Runner
from telemetry.consumer.settings import ConsumerSettings
from telemetry.core.lifecycle import Lifecycle
from telemetry.core.logs import configure_logs
from telemetry.core.postgres.partitions import keep_partitions
from telemetry.core.serving import serve
from telemetry.core.settings import load_settings
from telemetry_contract.times import MICROSECONDS_PER_SECOND

EXIT_FAILED: Final = 1

# The thread that stores needs the interpreter briefly between two waits for PostgreSQL, while the other decodes without
# a pause: at Python's default of 5 ms it would wait as long for the interpreter as for PostgreSQL.
SWITCH_SECONDS: Final = 0.0005


async def run(settings: ConsumerSettings) -> bool:
    """Consume until a signal; tell whether it was one that ended us."""
    loop = asyncio.get_running_loop()
    ready, stopping, failed = asyncio.Event(), threading.Event(), threading.Event()
    url = settings.postgres_url.get_secret_value() if settings.postgres_url else ""
    retention = int(settings.retention_seconds * MICROSECONDS_PER_SECOND)

    def fail() -> None:
        failed.set()
        signal.raise_signal(signal.SIGTERM)

    def be_ready() -> None:
        loop.call_soon_threadsafe(ready.set)

    runner = Runner(settings, PostgresSink(url, retention), ready=be_ready, failed=fail)
    keeping = threading.Thread(
        target=copy_context().run, args=(keep_partitions, url, retention, stopping), name="partitions", daemon=True
    )

    async def start() -> None:
        keeping.start()
        runner.start()
        await ready.wait()

    async def stop() -> None:
        stopping.set()
        await asyncio.to_thread(runner.stop)

    await serve(settings, Lifecycle(), start=start, stop=stop)
    return not failed.is_set()


def main() -> None:
    settings = load_settings(ConsumerSettings, sys.argv[1:])
    configure_logs(settings, "consumer")
    sys.setswitchinterval(SWITCH_SECONDS)
    if not asyncio.run(run(settings)):
        raise SystemExit(EXIT_FAILED)


if __name__ == "__main__":
    main()
