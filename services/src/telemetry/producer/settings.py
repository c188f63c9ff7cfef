"""Settings of the producer: what a request may hold, how much a caller may send, and where readings go."""

from typing import Annotated

from pydantic import Field, SecretStr, ValidationInfo, field_validator
from pydantic_core import PydanticCustomError

from telemetry.core.settings import (
    Count,
    CredentialSettings,
    KafkaSettings,
    Port,
    Seconds,
    ServerSettings,
    TlsSettings,
    needed_where,
)
from telemetry_contract.architecture import Store, Writes

Rate = Annotated[float, Field(gt=0)]


class ProducerSettings(CredentialSettings, TlsSettings, KafkaSettings, ServerSettings):
    """The producer's environment. Kafka or PostgreSQL is needed where readings go; rates are readings/s."""

    port: Port
    """Port of the API; replicas on one machine share it."""
    redis_url: SecretStr | None = None
    """Address of Redis: where replicas share rate limits. Without it each process gives its part of them."""
    postgres_url: Annotated[SecretStr | None, Field(validate_default=True), needed_where(Writes.DIRECT)] = None
    """Address of PostgreSQL; needed where `TELEMETRY_WRITES` is `direct`."""
    kafka_bootstrap: Annotated[str, Field(validate_default=True), needed_where(Writes.KAFKA)] = ""
    topic_prefix: Annotated[str, Field(validate_default=True), needed_where(Writes.KAFKA)] = ""
    max_buffer_age_seconds: Annotated[float, Field(ge=0, validate_default=True), needed_where(Writes.KAFKA)] = 0
    """Age of the oldest reading that waits in Kafka at which new ones are refused, 503 `buffer-too-old`; needed where
    `TELEMETRY_WRITES` is `kafka`."""
    delivery_seconds: Annotated[float, Field(ge=1)] = 5.0
    """How long an acknowledgement of the store or of Kafka is awaited before the answer is 503."""
    retention_seconds: Seconds
    """How long readings are kept; older ones are refused or expire."""
    max_clock_skew_seconds: Seconds = 300.0
    """How far ahead of the own clock a reading's time may be."""

    max_in_flight: Count = 512
    """Requests under way at once; one more waits for a second at most, and is answered 503 `saturated` where
    there is still no room."""
    max_body_bytes: Count = 1 << 20
    """Size of a body as sent."""
    max_unpacked_bytes: Count = 8 << 20
    """Size of a body after gzip."""
    receive_seconds: Seconds = 10.0
    """How long a body may take to arrive; then 408."""
    max_batch_readings: Count = 1000
    """Readings in one request."""
    max_metrics: Count = 64
    """Metrics in one reading."""
    device_rate: Rate = 100.0
    """What one device's key may send, lasting, over all processes."""
    device_burst: Count = 1000
    """What one device's key may send at once."""
    token_rate: Rate = 10_000.0
    """What the bearer of one token may send, lasting, over all processes."""
    token_burst: Count = 50_000
    """What the bearer of one token may send at once."""

    @field_validator("store")
    @classmethod
    def _store_suits_writes(cls, store: Store, info: ValidationInfo) -> Store:
        if store is Store.MEMORY and info.data.get("writes") is Writes.DIRECT:
            raise PydanticCustomError("unsupported", "what the consumer keeps in memory comes by kafka; use postgres")
        return store
