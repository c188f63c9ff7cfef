"""Redis: hit rate, memory, clients and commands, by INFO."""

from typing import Any, Final

from redis import Redis, RedisError

from telemetry_loadtest.collector.figures import Counts, gauge, rate, share
from telemetry_loadtest.collector.sources import SECONDS, Question, Source, UnavailableError

KEYS: Final = (
    "connected_clients", "used_memory", "keyspace_hits", "keyspace_misses", "total_commands_processed", "evicted_keys",
)  # fmt: skip
QUESTIONS: Final = (
    Question(
        "info",
        (
            gauge("connections", "connections", "connected_clients"),
            gauge("used-memory", "bytes", "used_memory"),
            share("cache-hits", "keyspace_hits", "keyspace_misses"),
            rate("commands", "1/s", "total_commands_processed"),
            rate("evictions", "1/s", "evicted_keys"),
        ),
    ),
)


def redis_source(url: str) -> Source:
    return Source("redis", QUESTIONS, lambda: Info(url))


class Info:
    """One client; it connects when it is asked, and anew where it lost its connection."""

    def __init__(self, url: str) -> None:
        self._redis: Redis = Redis.from_url(url, socket_timeout=SECONDS, socket_connect_timeout=SECONDS)

    def ask(self, question: str) -> Counts:  # noqa: ARG002 - it knows one
        try:
            # One INFO of all sections: a role may be allowed INFO, and older servers take one section at a time.
            info: dict[str, Any] = self._redis.info()
        except (RedisError, OSError) as error:
            raise UnavailableError(str(error) or type(error).__name__) from None
        return {key: float(info[key]) for key in KEYS if key in info}

    def close(self) -> None:
        self._redis.close()
