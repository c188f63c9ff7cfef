"""Whether a server behind us is there, known without asking it each time.

The first failure opens the circuit: from then on users are told at once that the server is away, while one task asks it
in the background with growing pauses, until it answers. So an outage costs a timeout only to those who meet its start.
"""

import asyncio
from collections.abc import Awaitable, Callable
from contextvars import Context
from typing import Final

import structlog
from prometheus_client import Counter, Gauge

from telemetry.core.ports import Unavailable

log = structlog.get_logger(__name__)

FIRST_PAUSE: Final = 0.05  # seconds between the first two attempts to reach it again
LONGEST_PAUSE: Final = 1.0

UP: Final = Gauge("telemetry_server_up", "Whether a server behind answers, as far as this process knows", ["server"])
"""Is a server away, and for whom? 0 while it is taken to be."""
FAILURES: Final = Counter("telemetry_server_failures", "Operations on a server that failed", ["server", "error"])
"""Which server fails, and with what error?"""


class Circuit:
    """The state of one server; `answers` asks it whether it is there, and must not raise for a server that is not."""

    def __init__(self, server: str, answers: Callable[[], Awaitable[bool]]) -> None:
        self._server = server
        self._answers = answers
        self._probe: asyncio.Task[None] | None = None
        UP.labels(server).set(1)

    @property
    def away(self) -> bool:
        return self._probe is not None

    def require(self) -> None:
        """Raise `Unavailable` while the circuit is open."""
        if self._probe is not None:
            raise Unavailable(f"{self._server} is away")

    def note_failure(self, error: Exception) -> None:
        """Open the circuit."""
        FAILURES.labels(self._server, type(error).__name__).inc()
        if self._probe is None:
            log.warning("server-away", server=self._server, error=str(error))
            self.open()

    def open(self) -> None:
        """Take the server to be away until it answers."""
        UP.labels(self._server).set(0)
        # In a context of its own: that the server is back is no news of the request that found it away.
        self._probe = asyncio.get_running_loop().create_task(self._wait_for_it(), context=Context())

    async def until_up(self) -> None:
        if self._probe is not None:
            await asyncio.shield(self._probe)

    async def close(self) -> None:
        """Stop asking."""
        if self._probe is not None:
            self._probe.cancel()
            await asyncio.wait([self._probe])

    async def _wait_for_it(self) -> None:
        pause = FIRST_PAUSE
        while not await self._answers():
            await asyncio.sleep(pause)
            pause = min(2 * pause, LONGEST_PAUSE)
        UP.labels(self._server).set(1)
        log.info("server-back", server=self._server)
        self._probe = None
