"""Redis' circuit: its failures become `Unavailable`, at once while it is known to be away."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

from redis.asyncio import Redis
from redis.exceptions import RedisError

from telemetry.core.circuit import FAILURES, Circuit
from telemetry.core.ports import Unavailable
from telemetry.core.redis.client import FAULTS, answers

SERVER: Final = "Redis"


class Availability:
    """Whether Redis is there, for all that use one client."""

    def __init__(self, client: Redis) -> None:
        self._circuit = Circuit(SERVER, lambda: answers(client))

    @property
    def away(self) -> bool:
        return self._circuit.away

    def require(self) -> None:
        """Raise `Unavailable` while Redis is known to be away."""
        self._circuit.require()

    @asynccontextmanager
    async def using(self) -> AsyncIterator[None]:
        """Run operations inside; a failure of Redis there is `Unavailable`, and is known to all from then on."""
        self.require()
        try:
            yield
        except FAULTS as error:
            self._circuit.note_failure(error)
            raise Unavailable("Redis is away") from error

    async def close(self) -> None:
        await self._circuit.close()


def refused(error: RedisError) -> Unavailable:
    """Count a command that Redis refused (its memory is full, say): it is that command's failure; Redis is there."""
    FAILURES.labels(SERVER, type(error).__name__).inc()
    return Unavailable(f"Redis refused: {error}")
