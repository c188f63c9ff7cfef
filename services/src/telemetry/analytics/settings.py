"""The settings of analytics: which store it reads, whether through Redis, and how much it carries at once."""

from typing import Annotated

from pydantic import Field, SecretStr

from telemetry.core.settings import Count, CredentialSettings, Port, Seconds, ServerSettings, TlsSettings, needed_where
from telemetry_contract.architecture import Reads, Store


class AnalyticsSettings(ServerSettings, CredentialSettings, TlsSettings):
    """What `python -m telemetry.analytics` reads from its environment."""

    port: Port
    """Port of the API; replicas on one machine share it."""

    postgres_url: Annotated[SecretStr | None, Field(validate_default=True), needed_where(Store.POSTGRES)] = None
    """Address of PostgreSQL; needed where `TELEMETRY_STORE` is `postgres`."""
    postgres_connections: Count = 8
    """Connections to PostgreSQL that a process opens at most."""
    max_in_flight: Count = 512
    """Questions for single devices' newest values that may wait for the store; one more waits for a second at most, and
    is answered 503 `saturated` where there is still no room."""

    consumer_url: Annotated[str | None, Field(validate_default=True), needed_where(Store.MEMORY)] = None
    """Where the consumer serves the history that it keeps in memory."""

    redis_url: Annotated[SecretStr | None, Field(validate_default=True), needed_where(Reads.REDIS)] = None
    """Address of Redis, the cache; needed where `TELEMETRY_READS` is `redis`."""
    cache_ttl_seconds: Seconds = 1.0
    """Age, by the store's own clock, at which a cached answer is no longer given."""
    max_page: Count = 1000
    """Items of a page, and devices named in a query, at most; more is refused."""
