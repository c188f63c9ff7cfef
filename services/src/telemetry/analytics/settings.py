"""The settings of analytics: which store it reads, whether through Redis, and how much it carries at once."""

from pydantic import Field, SecretStr, ValidationInfo, field_validator
from pydantic_core import PydanticCustomError

from telemetry.core.settings import Count, CredentialSettings, Port, Seconds, ServerSettings, TlsSettings
from telemetry_contract.architecture import Reads, Store


class AnalyticsSettings(ServerSettings, CredentialSettings, TlsSettings):
    """What `python -m telemetry.analytics` reads from its environment."""

    port: Port
    """Port of the API; replicas on one machine share it."""

    postgres_url: SecretStr | None = Field(default=None, validate_default=True)
    """Address of PostgreSQL; needed where `TELEMETRY_STORE` is `postgres`."""
    postgres_connections: Count = 8
    """Connections to PostgreSQL that a process opens at most."""
    max_in_flight: Count = 256
    """Questions that may wait for a connection to the store; one more is answered 503 `saturated`."""

    consumer_url: str | None = Field(default=None, validate_default=True)
    """Where the consumer serves the history that it keeps in memory."""

    redis_url: SecretStr | None = Field(default=None, validate_default=True)
    """Address of Redis, the cache; needed where `TELEMETRY_READS` is `redis`."""
    cache_ttl_seconds: Seconds = 1.0
    """Age, by the store's own clock, at which a cached answer is no longer given."""
    max_page: Count = 1000
    """Items of a page, and devices named in a query, at most; more is refused."""

    @field_validator("postgres_url")
    @classmethod
    def _is_there_for_the_store(cls, url: SecretStr | None, info: ValidationInfo) -> SecretStr | None:
        if url is None and info.data.get("store") is Store.POSTGRES:
            raise PydanticCustomError("missing", "needed where the store is postgres")
        return url

    @field_validator("consumer_url")
    @classmethod
    def _is_there_for_memory(cls, url: str | None, info: ValidationInfo) -> str | None:
        if url is None and info.data.get("store") is Store.MEMORY:
            raise PydanticCustomError("missing", "needed where the store is memory")
        return url

    @field_validator("redis_url")
    @classmethod
    def _is_there_for_the_cache(cls, url: SecretStr | None, info: ValidationInfo) -> SecretStr | None:
        if url is None and info.data.get("reads") is Reads.REDIS:
            raise PydanticCustomError("missing", "needed where reads go through redis")
        return url
