"""Settings of the consumer: where the stream and the store are, and how large a batch may grow."""

from pathlib import Path
from typing import Annotated, TypeVar

from pydantic import Field, SecretStr, ValidationInfo, field_validator
from pydantic_core import PydanticCustomError

from telemetry.core.settings import Count, KafkaSettings, Port, Seconds, ServerSettings
from telemetry_contract.architecture import Store

T = TypeVar("T")

ForMemory = Field(validate_default=True)


class ConsumerSettings(ServerSettings, KafkaSettings):
    """The consumer's environment; without PostgreSQL it is the store itself, and serves those who read."""

    postgres_url: Annotated[SecretStr | None, Field(validate_default=True)] = None
    """Address of PostgreSQL; needed where `TELEMETRY_STORE` is `postgres`."""
    retention_seconds: Seconds
    """How long readings are kept; older ones are refused or expire."""
    batch_readings: Count = 10_000
    """Readings from which on a batch is stored without waiting for more."""
    batch_seconds: Seconds = 0.15
    """How long a batch gathers at most."""

    port: Annotated[Port | None, ForMemory] = None
    """Port on which analytics asks for history; needed where `TELEMETRY_STORE` is `memory`."""
    keys_file: Annotated[Path | None, ForMemory] = None
    """JSON file with the secrets of device keys and tokens; needed where `TELEMETRY_STORE` is `memory`."""
    revocations_file: Path | None = None
    """JSON file with the lowest generation that is still good, by device; a change is in force within 10 s."""
    memory_bytes: Count = 256 << 20
    """What readings in memory may take; the oldest go beyond it."""

    @field_validator("postgres_url")
    @classmethod
    def _postgres_is_named(cls, url: SecretStr | None, info: ValidationInfo) -> SecretStr | None:
        return _needed(url, Store.POSTGRES, info)

    @field_validator("port", "keys_file")
    @classmethod
    def _readers_can_be_served(cls, value: T | None, info: ValidationInfo) -> T | None:
        return _needed(value, Store.MEMORY, info)


def _needed(value: T | None, store: Store, info: ValidationInfo) -> T | None:
    if value is None and info.data.get("store") is store:
        raise PydanticCustomError("missing", "needed where the store is {store}", {"store": store.value})
    return value
