"""How a client of ours reaches Redis: short timeouts, and no attempts hidden from the caller."""

from typing import Final

from pydantic import SecretStr
from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

OPERATION_SECONDS: Final = 0.25  # Redis answers in less than a millisecond, or something is wrong
CONNECT_SECONDS: Final = 0.5

FAULTS: Final = (RedisError, OSError, TimeoutError)
"""What an operation raises where Redis is away or out of order."""


def connect(url: SecretStr) -> Redis:
    """Return a client; it connects when it is first used, and anew after a failure."""
    return Redis.from_url(
        url.get_secret_value(),
        socket_timeout=OPERATION_SECONDS,
        socket_connect_timeout=CONNECT_SECONDS,
        retry=Retry(NoBackoff(), 0),
    )


async def answers(client: Redis) -> bool:
    """Tell whether Redis is there."""
    try:
        await client.execute_command("PING")  # type: ignore[no-untyped-call] # redis-py has no types here
    except FAULTS:
        return False
    return True
