import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from pydantic import SecretStr

from telemetry.core.limits import Rate
from telemetry.core.ports import Unavailable
from telemetry.core.redis.client import connect
from telemetry.core.redis.tokens import RedisTokens
from telemetry.producer.limits import RateLimitedError, RateLimits
from telemetry.producer.senders import Sender
from tests.support.servers import describe_redis, running
from tests.support.waiting import wait_until_async

RATE = Rate(per_second=50, burst=500)
SENDER = Sender("device", "d-1", lambda _: None)


@asynccontextmanager
async def _tokens(url: str) -> AsyncIterator[RedisTokens]:
    tokens = RedisTokens(connect(SecretStr(url)), "test:")
    try:
        yield tokens
    finally:
        await tokens.close()


@pytest.fixture
async def tokens(redis_url: str) -> AsyncIterator[RedisTokens]:
    async with _tokens(redis_url) as tokens:
        yield tokens


async def _admitted(limits: RateLimits, count: int) -> int:
    admitted = 0
    for _ in range(count):
        try:
            await limits.take(SENDER, 1)
        except RateLimitedError:
            continue
        admitted += 1
    return admitted


async def test_a_bucket_starts_full_and_gives_what_it_has(tokens: RedisTokens) -> None:
    granted, level = await tokens.lease("a", RATE, 100, 200)
    assert (granted, level) == (200, 300)
    assert (await tokens.lease("a", RATE, 100, 1000)).granted >= 300


async def test_what_it_gives_is_never_a_rounded_bit_less_than_what_was_needed(tokens: RedisTokens) -> None:
    for number in range(200):
        need = 100 - (number + 1) / 7
        granted, _ = await tokens.lease(f"fraction-{number}", RATE, need, need)
        assert granted == need


async def test_it_gives_nothing_where_there_is_too_little(tokens: RedisTokens) -> None:
    await tokens.lease("a", RATE, 499, 499)
    granted, level = await tokens.lease("a", RATE, 400, 400)
    assert granted == 0
    assert level < 400


async def test_callers_have_buckets_of_their_own(tokens: RedisTokens) -> None:
    await tokens.lease("a", RATE, 500, 500)
    assert (await tokens.lease("b", RATE, 500, 500)).granted == 500


async def test_a_bucket_fills_again_and_is_forgotten_when_it_is_full(redis_url: str, tokens: RedisTokens) -> None:
    quick = Rate(per_second=1000, burst=100)
    await tokens.lease("a", quick, 100, 100)
    client = connect(SecretStr(redis_url))

    async def forgotten() -> bool:
        return await client.dbsize() == 0

    await wait_until_async(forgotten, what="the bucket is forgotten")
    await client.aclose()
    assert (await tokens.lease("a", quick, 100, 100)).granted == 100


async def test_processes_share_one_limit(redis_url: str) -> None:
    async with _tokens(redis_url) as first, _tokens(redis_url) as second:
        processes = [RateLimits({"device": RATE}, replicas=2, authority=tokens) for tokens in (first, second)]
        began = time.monotonic()
        admitted = sum(await asyncio.gather(*(_admitted(limits, 1000) for limits in processes)))
        seconds = time.monotonic() - began
    assert RATE.burst <= admitted <= 1.1 * (RATE.burst + RATE.per_second * max(seconds, 10))
    assert admitted <= 1.05 * (RATE.burst + RATE.per_second * (seconds + 0.5)) + 2


async def test_with_redis_away_each_process_has_its_share_until_it_is_back(tmp_path: Path) -> None:
    with running(describe_redis(tmp_path), tmp_path) as redis:
        async with _tokens(redis.address) as tokens:
            limits = RateLimits({"device": RATE}, replicas=2, authority=tokens, clock=_still())
            await tokens.lease("warm", RATE, 1, 1)
            redis.kill()
            assert 0 < await _admitted(limits, 1000) <= RATE.burst / 2
            with pytest.raises(Unavailable):
                await tokens.lease("a", RATE, 1, 1)
            redis.start()

            async def is_back() -> bool:
                return not tokens.away

            await wait_until_async(is_back, what="Redis is there again")
            assert (await tokens.lease("a", RATE, 500, 500)).granted == 500


def _still() -> Callable[[], float]:
    return lambda: 1000.0
