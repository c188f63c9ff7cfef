"""Settings of the consumer: where the stream and the store are, and how large a batch may grow."""

from pathlib import Path
from typing import Annotated

from pydantic import Field, SecretStr

from telemetry.core.settings import Count, KafkaSettings, Port, Seconds, ServerSettings, needed_where
from telemetry_contract.architecture import Store


class ConsumerSettings(ServerSettings, KafkaSettings):
    """The consumer's environment; without PostgreSQL it is the store itself, and serves those who read."""

    postgres_url: Annotated[SecretStr | None, Field(validate_default=True), needed_where(Store.POSTGRES)] = None
    """Address of PostgreSQL; needed where `TELEMETRY_STORE` is `postgres`."""
    retention_seconds: Seconds
    """How long readings are kept; older ones are refused or expire."""
    batch_readings: Count = 10_000
    """Readings from which on a batch is stored without waiting for more."""
    batch_seconds: Seconds = 0.15
    """How long a batch gathers at most."""

    port: Annotated[Port | None, Field(validate_default=True), needed_where(Store.MEMORY)] = None
    """Port on which analytics asks for history; needed where `TELEMETRY_STORE` is `memory`."""
    keys_file: Annotated[Path | None, Field(validate_default=True), needed_where(Store.MEMORY)] = None
    """JSON file with the secrets of device keys and tokens; needed where `TELEMETRY_STORE` is `memory`."""
    revocations_file: Path | None = None
    """JSON file with the lowest generation that is still good, by device; a change is in force within 10 s."""
    memory_bytes: Count = 256 << 20
    """What readings in memory may take; the oldest go beyond it."""
