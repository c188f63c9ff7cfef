"""Settings of the consumer: where the stream and the store are, and how large a batch may grow."""

from typing import Annotated

from pydantic import Field, SecretStr, ValidationInfo, field_validator
from pydantic_core import PydanticCustomError

from telemetry.core.settings import Count, KafkaSettings, Port, Seconds, ServerSettings
from telemetry_contract.architecture import Store


class ConsumerSettings(ServerSettings, KafkaSettings):
    """The consumer's environment; `port` and no PostgreSQL belong to the `memory` store."""

    port: Port | None = None
    postgres_url: Annotated[SecretStr | None, Field(validate_default=True)] = None
    retention_seconds: Seconds
    batch_readings: Count = 10_000
    batch_seconds: Seconds = 0.15

    @field_validator("store")
    @classmethod
    def _store_is_built(cls, store: Store) -> Store:
        if store is Store.MEMORY:
            raise PydanticCustomError("unsupported", "this consumer cannot keep readings in memory yet; use postgres")
        return store

    @field_validator("postgres_url")
    @classmethod
    def _postgres_is_named(cls, url: SecretStr | None, info: ValidationInfo) -> SecretStr | None:
        if url is None and info.data.get("store") is Store.POSTGRES:
            raise PydanticCustomError("missing", "needed where the store is postgres")
        return url
