"""The authority of rate limits in Redis: a bucket a caller, by the server's clock, asked in shared round trips."""

from collections.abc import Sequence
from typing import Any, Final, TypeAlias

from redis.asyncio import Redis
from redis.exceptions import RedisError

from telemetry.core.batching import Batches
from telemetry.core.limits import Lease, Rate
from telemetry.core.redis.availability import Availability, refused

MOST_COMMANDS: Final = 128  # in one pipeline

# A bucket is kept as the moment (microseconds) at which it is full again, and forgotten then. Replies are text, because
# Redis would cut numbers of Lua to integers; with all digits, because less than was needed counts as nothing.
LEASE: Final = """
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local rate, burst, need, want = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
local full = math.max(now, tonumber(redis.call('GET', KEYS[1]) or '0'))
local level = burst - (full - now) * rate / 1000000
if level < need then return {'0', string.format('%.17g', level)} end
local granted = math.min(level, want)
full = full + granted * 1000000 / rate
redis.call('SET', KEYS[1], string.format('%.0f', math.ceil(full)), 'PX', math.ceil((full - now) / 1000) + 1)
return {string.format('%.17g', granted), string.format('%.17g', level - granted)}
"""

Command: TypeAlias = tuple[str, Rate, float, float]


class RedisTokens:
    """Leases tokens from buckets in Redis; raises `Unavailable` at once while Redis is away."""

    def __init__(self, client: Redis, prefix: str) -> None:
        self._client = client
        self._prefix = prefix
        self._availability = Availability(client)
        self._leases: Batches[Command, Any] = Batches(self._execute, most=MOST_COMMANDS)

    @property
    def away(self) -> bool:
        return self._availability.away

    async def lease(self, key: str, rate: Rate, need: float, want: float) -> Lease:
        self._availability.require()
        reply = await self._leases.submit((key, rate, need, want))
        if isinstance(reply, RedisError):
            raise refused(reply)
        granted, level = reply
        return Lease(float(granted), float(level))

    async def close(self) -> None:
        await self._availability.close()
        await self._client.aclose()

    async def _execute(self, commands: list[Command]) -> Sequence[Any]:
        async with self._availability.using(), self._client.pipeline(transaction=False) as pipeline:
            for key, rate, need, want in commands:
                pipeline.execute_command("EVAL", LEASE, 1, self._prefix + key, *map(repr, (*rate, need, want)))
            # A command that Redis refuses (its memory is full) is that command's failure; Redis is not away.
            return await pipeline.execute(raise_on_error=False)
