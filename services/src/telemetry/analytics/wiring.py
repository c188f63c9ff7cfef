"""Analytics put together from its settings: which store, whether a cache stands before it, and the API over both."""

import asyncio
from typing import Final

from pydantic import SecretStr

from telemetry.analytics.cached import CachedAnswers
from telemetry.analytics.clock import StoreClock
from telemetry.analytics.guarded import GuardedReader
from telemetry.analytics.remote_store import RemoteStore
from telemetry.analytics.settings import AnalyticsSettings
from telemetry.core.api.access import Access
from telemetry.core.api.answers import DirectAnswers
from telemetry.core.api.service import ReaderApi
from telemetry.core.http.credentials import Credentials
from telemetry.core.postgres.reader import PostgresReader, make_pool
from telemetry.core.postgres.schema import require_schema
from telemetry.core.redis.cache import RedisCache
from telemetry.core.redis.client import connect

TITLE: Final = "Telemetry Platform: analytics"
RECONNECT_SECONDS: Final = (
    2.0  # the pool's own attempts; after them each question starts new ones, without their pauses
)
NOBODY: Final = "_"  # a device id that is asked for only to see whether the store answers


class PostgresStore:
    """PostgreSQL as analytics reads it."""

    def __init__(self, url: SecretStr, connections: int) -> None:
        self._url = url.get_secret_value()
        self._pool = make_pool(self._url, connections)
        self._pool.reconnect_timeout = RECONNECT_SECONDS
        self._schema_seen = False
        self._postgres = PostgresReader(self._pool)
        self.reader = GuardedReader(self._postgres, self._check)

    async def open(self) -> None:
        """Return when PostgreSQL answers and has this release's schema."""
        await self._pool.open(wait=False)
        await self.reader.until_up()

    async def close(self) -> None:
        await self.reader.close()
        await self._pool.close()

    async def _check(self) -> None:
        if not self._schema_seen:
            await asyncio.to_thread(require_schema, self._url)
            self._schema_seen = True
        await self._postgres.device(NOBODY)


def _build_store(settings: AnalyticsSettings) -> PostgresStore | RemoteStore:
    if settings.consumer_url is not None:
        return RemoteStore(settings.consumer_url, settings)
    assert settings.postgres_url is not None  # noqa: S101 - the settings ask for one of them
    return PostgresStore(settings.postgres_url, settings.postgres_connections)


class Analytics:
    """The program's parts, and how they start and stop."""

    def __init__(self, settings: AnalyticsSettings) -> None:
        self._store = _build_store(settings)
        self._cache = RedisCache(connect(settings.redis_url)) if settings.redis_url else None
        self._answers = self._build_answers(settings)
        api = ReaderApi(
            self._store.reader,
            self._answers or DirectAnswers(),
            Access(Credentials(settings)),
            title=TITLE,
            max_page=settings.max_page,
            waiting=settings.max_in_flight,
        )
        self.app = api.app

    async def start(self) -> None:
        await self._store.open()

    async def stop(self) -> None:
        if self._answers is not None:
            await self._answers.close()
        if self._cache is not None:
            await self._cache.close()
        await self._store.close()

    def _build_answers(self, settings: AnalyticsSettings) -> CachedAnswers | None:
        if self._cache is None:
            return None
        return CachedAnswers(
            self._cache, StoreClock(), platform=settings.platform, ttl_seconds=settings.cache_ttl_seconds
        )
