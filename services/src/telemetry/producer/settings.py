"""Settings of the producer: what a request may hold, how much a caller may send, and where readings go."""

from typing import Annotated

from pydantic import Field, SecretStr, ValidationInfo, field_validator
from pydantic_core import PydanticCustomError

from telemetry.core.settings import Count, CredentialSettings, KafkaSettings, Port, Seconds, ServerSettings
from telemetry_contract.architecture import Store, Writes

Rate = Annotated[float, Field(gt=0)]


class ProducerSettings(CredentialSettings, KafkaSettings, ServerSettings):
    """The producer's environment. Kafka or PostgreSQL is needed where readings go; rates are readings/s."""

    port: Port
    redis_url: SecretStr | None = None
    postgres_url: Annotated[SecretStr | None, Field(validate_default=True)] = None
    kafka_bootstrap: Annotated[str, Field(validate_default=True)] = ""
    topic_prefix: Annotated[str, Field(validate_default=True)] = ""
    max_buffer_age_seconds: Annotated[float, Field(ge=0, validate_default=True)] = 0
    delivery_seconds: Annotated[float, Field(ge=1)] = 5.0
    retention_seconds: Seconds
    max_clock_skew_seconds: Seconds = 300.0

    max_in_flight: Count = 1024
    max_body_bytes: Count = 1 << 20
    max_unpacked_bytes: Count = 8 << 20
    receive_seconds: Seconds = 10.0
    max_batch_readings: Count = 1000
    max_metrics: Count = 64
    device_rate: Rate = 100.0
    device_burst: Count = 1000
    token_rate: Rate = 10_000.0
    token_burst: Count = 50_000

    @field_validator("store")
    @classmethod
    def _store_suits_writes(cls, store: Store, info: ValidationInfo) -> Store:
        if store is Store.MEMORY and info.data.get("writes") is Writes.DIRECT:
            raise PydanticCustomError("unsupported", "what the consumer keeps in memory comes by kafka; use postgres")
        return store

    @field_validator("postgres_url")
    @classmethod
    def _postgres_is_named(cls, url: SecretStr | None, info: ValidationInfo) -> SecretStr | None:
        if url is None and info.data.get("writes") is Writes.DIRECT:
            raise PydanticCustomError("missing", "needed where the producer writes to PostgreSQL itself")
        return url

    @field_validator("kafka_bootstrap", "topic_prefix", "max_buffer_age_seconds")
    @classmethod
    def _stream_is_named(cls, value: str | float, info: ValidationInfo) -> str | float:
        if not value and info.data.get("writes") is Writes.KAFKA:
            raise PydanticCustomError("missing", "needed where writes go through kafka")
        return value
