import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from pydantic import SecretStr
from redis import Redis

from telemetry.core.ports import Unavailable
from telemetry.core.redis.cache import RedisCache
from telemetry.core.redis.client import connect
from tests.support.servers import describe_redis, running
from tests.support.waiting import wait_until_async


@pytest.fixture
async def cache(redis_url: str) -> AsyncIterator[RedisCache]:
    made = RedisCache(connect(SecretStr(redis_url)))
    yield made
    await made.close()


async def test_what_is_put_is_got_until_it_expires(cache: RedisCache, redis_url: str) -> None:
    await cache.put("a", b"\x00\xff", seconds=60)
    assert await cache.get("a") == b"\x00\xff"
    with Redis.from_url(redis_url) as client:
        assert 50_000 < client.pttl("a") <= 60_000
    await cache.put("a", b"", seconds=0.0001)

    async def is_gone() -> bool:
        return await cache.get("a") is None

    await wait_until_async(is_gone, what="the entry has expired")


async def test_concurrent_gets_share_a_round_trip(cache: RedisCache, monkeypatch: pytest.MonkeyPatch) -> None:
    await cache.put("a", b"1", seconds=60)
    asked: list[list[str]] = []
    mget = cache._client.mget

    async def note(keys: list[str]) -> list[bytes | str | None]:
        asked.append(keys)
        return await mget(keys)

    monkeypatch.setattr(cache._client, "mget", note)
    assert await asyncio.gather(*map(cache.get, ["a", "b"] * 50)) == [b"1", None] * 50
    assert asked == [["a", "b"]]


async def test_a_lease_has_one_holder_until_it_is_released(cache: RedisCache) -> None:
    assert sorted(await asyncio.gather(*(cache.lease("a", seconds=60) for _ in range(5)))) == [False] * 4 + [True]
    await cache.release("a")
    assert await cache.lease("a", seconds=60)


async def test_an_outage_is_told_at_once_and_ends_by_itself(tmp_path: Path) -> None:
    with running(describe_redis(tmp_path), tmp_path) as server:
        cache = RedisCache(connect(SecretStr(server.address)))
        await cache.put("a", b"1", seconds=60)
        server.kill()
        for _ in range(3):
            with pytest.raises(Unavailable):
                await cache.get("a")
        await asyncio.to_thread(server.start)

        async def answers() -> bool:
            try:
                return await cache.get("a") is None
            except Unavailable:
                return False

        await wait_until_async(answers, what="Redis answers again, empty")
        await cache.close()
