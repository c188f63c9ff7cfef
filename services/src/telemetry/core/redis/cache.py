"""The Cache port over Redis: concurrent operations of this process share round trips."""

from collections.abc import Sequence
from typing import Any, Final, TypeAlias, cast

from redis.asyncio import Redis
from redis.exceptions import RedisError

from telemetry.core.batching import Batches
from telemetry.core.redis.availability import Availability, refused

MOST_KEYS: Final = 256  # in one MGET
MOST_COMMANDS: Final = 128  # in one pipeline

Command: TypeAlias = tuple[str | bytes | int, ...]


class RedisCache:
    """Remembers bytes for a while, shared by all processes; raises `Unavailable` at once while Redis is away."""

    def __init__(self, client: Redis) -> None:
        self._client = client
        self._availability = Availability(client)
        self._gets: Batches[str, bytes | None] = Batches(self._load, most=MOST_KEYS)
        self._commands: Batches[Command, Any] = Batches(self._execute, most=MOST_COMMANDS)

    async def get(self, key: str) -> bytes | None:
        self._availability.require()
        return await self._gets.submit(key)

    async def put(self, key: str, value: bytes, *, seconds: float) -> None:
        await self._submit(("SET", key, value, "PX", _milliseconds(seconds)))

    async def lease(self, key: str, *, seconds: float) -> bool:
        return await self._submit(("SET", key, b"1", "NX", "PX", _milliseconds(seconds))) is not None

    async def release(self, key: str) -> None:
        await self._submit(("DEL", key))

    async def close(self) -> None:
        await self._availability.close()
        await self._client.aclose()

    async def _submit(self, command: Command) -> Any:  # noqa: ANN401 - each command has its own kind of reply
        self._availability.require()
        reply = await self._commands.submit(command)
        if isinstance(reply, RedisError):
            raise refused(reply)
        return reply

    async def _load(self, keys: list[str]) -> Sequence[bytes | None]:
        distinct = list(dict.fromkeys(keys))
        async with self._availability.using():
            # redis-py's type allows for decoded text, which our client never asks for.
            values = cast("Sequence[bytes | None]", await self._client.mget(distinct))
        found = dict(zip(distinct, values, strict=True))
        return [found[key] for key in keys]

    async def _execute(self, commands: list[Command]) -> Sequence[Any]:
        async with self._availability.using(), self._client.pipeline(transaction=False) as pipeline:
            for command in commands:
                pipeline.execute_command(*command)
            return await pipeline.execute(raise_on_error=False)


def _milliseconds(seconds: float) -> int:
    return max(1, int(seconds * 1000))
