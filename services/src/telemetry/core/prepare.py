"""`python -m telemetry.core.prepare`: makes PostgreSQL and Kafka ready for a platform, once, before its services start.

It may run again at any time, and twice at once: migrations run under a lock, and a topic that exists is left as it is
but for its retention.
"""

from typing import Annotated

from pydantic import Field, SecretStr, ValidationInfo, field_validator
from pydantic_core import PydanticCustomError

from telemetry.core.settings import Count, KafkaSettings, ProgramSettings, Seconds
from telemetry_contract.architecture import Store, Writes


class PrepareSettings(KafkaSettings, ProgramSettings):
    """What there is to prepare: PostgreSQL where it is the store, Kafka where writes go through it."""

    postgres_url: Annotated[SecretStr | None, Field(validate_default=True)] = None
    retention_seconds: Seconds
    kafka_bootstrap: Annotated[str, Field(validate_default=True)] = ""
    topic_prefix: Annotated[str, Field(validate_default=True)] = ""
    topic_partitions: Count = 1
    topic_replication: Count = 1
    topic_min_insync: Count = 1
    topic_retention_seconds: Annotated[Seconds | None, Field(validate_default=True)] = None
    wait_seconds: Seconds = 120.0

    @field_validator("postgres_url")
    @classmethod
    def _postgres_is_named(cls, url: SecretStr | None, info: ValidationInfo) -> SecretStr | None:
        if url is None and info.data.get("store") is Store.POSTGRES:
            raise PydanticCustomError("missing", "needed where the store is postgres")
        return url

    @field_validator("kafka_bootstrap", "topic_prefix", "topic_retention_seconds")
    @classmethod
    def _stream_is_named(cls, value: str | float | None, info: ValidationInfo) -> str | float | None:
        if not value and info.data.get("writes") is Writes.KAFKA:
            raise PydanticCustomError("missing", "needed where writes go through kafka")
        return value
