"""What each component needs to know, as environment variables: one pure function per component.

The Pod builder and the local runner both start components from this and differ only in the `Endpoints` and the
`Binding` that they give. A component gets the variables that its architecture uses and no others.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from telemetry_contract.architecture import Reads, Store, Writes
from telemetry_contract.settings import Component, Variable
from telemetry_operator.specs.layout import (
    max_buffer_age_seconds,
    memory_bytes,
    replication_of,
    topic_retention_seconds,
)
from telemetry_operator.specs.platform import TelemetryPlatform
from telemetry_operator.specs.spec import PlatformSpec

Environment = dict[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoints:
    """Where the servers and the files with secrets are; what the architecture does without may be left out."""

    postgres_url: str | None = None
    redis_url: str | None = None
    kafka_bootstrap: str | None = None
    kafka_security_protocol: str = "PLAINTEXT"
    kafka_sasl_mechanism: str | None = None
    kafka_sasl_username: str | None = None
    kafka_sasl_password: str | None = None
    kafka_ca_file: str | None = None
    kafka_brokers: int | None = None
    """Brokers behind the address, where they may be fewer than the spec's: caps the topics' replication."""
    consumer_url: str | None = None
    """Where the consumer serves history, where it keeps it in memory."""
    keys_file: str
    revocations_file: str
    tls_cert_file: str | None = None
    tls_key_file: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Binding:
    """Where one replica listens, and how many there are of it."""

    host: str
    port: int
    management_host: str = "127.0.0.1"
    management_port: int
    replicas: int


class EndpointMissingError(ValueError):
    """The caller left out an address that the architecture needs."""


def environment_of(
    component: Component, platform: TelemetryPlatform, endpoints: Endpoints, binding: Binding
) -> Environment:
    """Variables of one component.

    Raises:
        EndpointMissingError: an address that the architecture needs is not among the endpoints.
    """
    environment = _ENVIRONMENTS[component](platform, endpoints, binding)
    # Enum members are text only to us; what starts a process wants plain strings.
    return {str(name): str(value) for name, value in environment.items()}


def producer_environment(platform: TelemetryPlatform, endpoints: Endpoints, binding: Binding) -> Environment:
    spec = platform.spec
    direct = spec.choices.writes is Writes.DIRECT
    return {
        **_architecture(platform),
        **_public(binding),
        **_tracing(spec),
        **_certificate(endpoints),
        **_secrets(endpoints),
        **_retention(spec),
        **_ingest(spec),
        **_rates(spec),
        **(_postgres(endpoints) if direct else _stream(platform, endpoints) | _buffer(spec)),
        **_redis(endpoints),
    }


def consumer_environment(platform: TelemetryPlatform, endpoints: Endpoints, binding: Binding) -> Environment:
    spec = platform.spec
    durable = spec.choices.store is Store.POSTGRES
    return {
        **_architecture(platform),
        **(_management(binding) if durable else _memory(spec, endpoints, binding)),
        **_tracing(spec),
        **_retention(spec),
        **_stream(platform, endpoints),
        **(_postgres(endpoints) if durable else {}),
    }


def analytics_environment(platform: TelemetryPlatform, endpoints: Endpoints, binding: Binding) -> Environment:
    choices = platform.spec.choices
    return {
        **_architecture(platform),
        **_public(binding),
        **_tracing(platform.spec),
        **_certificate(endpoints),
        **_secrets(endpoints),
        **(_postgres(endpoints) if choices.store is Store.POSTGRES else _consumer(endpoints)),
        **(_cache(platform.spec, endpoints) if choices.reads is Reads.REDIS else {}),
    }


def prepare_environment(platform: TelemetryPlatform, endpoints: Endpoints, _binding: Binding) -> Environment:
    spec = platform.spec
    return {
        **_architecture(platform),
        **_retention(spec),
        **(_postgres(endpoints) if spec.choices.store is Store.POSTGRES else {}),
        **(_stream(platform, endpoints) | _topic(spec, endpoints) if spec.choices.writes is Writes.KAFKA else {}),
    }


_ENVIRONMENTS: Final[dict[Component, Callable[[TelemetryPlatform, Endpoints, Binding], Environment]]] = {
    Component.PRODUCER: producer_environment,
    Component.CONSUMER: consumer_environment,
    Component.ANALYTICS: analytics_environment,
    Component.PREPARE: prepare_environment,
}


def _architecture(platform: TelemetryPlatform) -> Environment:
    choices = platform.spec.choices
    return {
        Variable.PLATFORM: platform.metadata.name,
        Variable.WRITES: choices.writes,
        Variable.STORE: choices.store,
        Variable.READS: choices.reads,
    }


def _management(binding: Binding) -> Environment:
    return {
        Variable.HOST: binding.host,
        Variable.MANAGEMENT_HOST: binding.management_host,
        Variable.MANAGEMENT_PORT: str(binding.management_port),
        Variable.REPLICAS: str(binding.replicas),
    }


def _public(binding: Binding) -> Environment:
    return _management(binding) | {Variable.PORT: str(binding.port)}


def _memory(spec: PlatformSpec, endpoints: Endpoints, binding: Binding) -> Environment:
    """Variables of a consumer that keeps history: it answers analytics itself, and asks who is asking."""
    return {**_public(binding), **_secrets(endpoints), Variable.MEMORY_BYTES: str(memory_bytes(spec))}


def _consumer(endpoints: Endpoints) -> Environment:
    return {Variable.CONSUMER_URL: _needed(endpoints.consumer_url, "the consumer's memory")}


def _certificate(endpoints: Endpoints) -> Environment:
    return _present({Variable.TLS_CERT_FILE: endpoints.tls_cert_file, Variable.TLS_KEY_FILE: endpoints.tls_key_file})


def _tracing(spec: PlatformSpec) -> Environment:
    tracing = spec.observability.tracing
    if tracing is None:
        return {}
    return {
        Variable.OTLP_ENDPOINT: tracing.endpoint,
        Variable.TRACE_SAMPLING_RATIO: _number(tracing.sampling_ratio),
    }


def _secrets(endpoints: Endpoints) -> Environment:
    return {Variable.KEYS_FILE: endpoints.keys_file, Variable.REVOCATIONS_FILE: endpoints.revocations_file}


def _postgres(endpoints: Endpoints) -> Environment:
    return {Variable.POSTGRES_URL: _needed(endpoints.postgres_url, "PostgreSQL")}


def _redis(endpoints: Endpoints) -> Environment:
    return _present({Variable.REDIS_URL: endpoints.redis_url})


def _cache(spec: PlatformSpec, endpoints: Endpoints) -> Environment:
    return {
        Variable.REDIS_URL: _needed(endpoints.redis_url, "Redis"),
        Variable.CACHE_TTL_SECONDS: _number(spec.cache.ttl.seconds),
    }


def _stream(platform: TelemetryPlatform, endpoints: Endpoints) -> Environment:
    return {
        Variable.KAFKA_BOOTSTRAP: _needed(endpoints.kafka_bootstrap, "Kafka"),
        Variable.KAFKA_SECURITY_PROTOCOL: endpoints.kafka_security_protocol,
        Variable.TOPIC_PREFIX: topic_prefix(platform),
    } | _present(
        {
            Variable.KAFKA_SASL_MECHANISM: endpoints.kafka_sasl_mechanism,
            Variable.KAFKA_SASL_USERNAME: endpoints.kafka_sasl_username,
            Variable.KAFKA_SASL_PASSWORD: endpoints.kafka_sasl_password,
            Variable.KAFKA_CA_FILE: endpoints.kafka_ca_file,
        }
    )


def topic_prefix(platform: TelemetryPlatform) -> str:
    """First part of the topics' names: platforms may share one Kafka, and names are unique only in a namespace."""
    metadata = platform.metadata
    return f"{metadata.namespace}.{metadata.name}" if metadata.namespace else metadata.name


def _topic(spec: PlatformSpec, endpoints: Endpoints) -> Environment:
    wanted = replication_of(spec)
    copies = min(wanted, endpoints.kafka_brokers or wanted)
    return {
        Variable.TOPIC_PARTITIONS: str(spec.kafka.topic.partitions),
        Variable.TOPIC_REPLICATION: str(copies),
        # One copy may be away without a halt, and what is acknowledged still stands twice.
        Variable.TOPIC_MIN_INSYNC: str(max(1, copies - 1)),
        Variable.TOPIC_RETENTION_SECONDS: _number(topic_retention_seconds(spec)),
    }


def _retention(spec: PlatformSpec) -> Environment:
    return {Variable.RETENTION_SECONDS: _number(spec.retention.seconds)}


def _buffer(spec: PlatformSpec) -> Environment:
    return {Variable.MAX_BUFFER_AGE_SECONDS: _number(max_buffer_age_seconds(spec))}


def _ingest(spec: PlatformSpec) -> Environment:
    ingest = spec.ingest
    return {
        Variable.MAX_BODY_BYTES: str(ingest.max_body_size.bytes),
        Variable.MAX_UNPACKED_BYTES: str(ingest.max_unpacked_size.bytes),
        Variable.MAX_BATCH_READINGS: str(ingest.max_batch_readings),
        Variable.MAX_METRICS: str(ingest.max_metrics),
        Variable.MAX_CLOCK_SKEW_SECONDS: _number(ingest.max_clock_skew.seconds),
    }


def _rates(spec: PlatformSpec) -> Environment:
    limits = spec.rate_limits
    return {
        Variable.DEVICE_RATE: _number(limits.device.rate),
        Variable.DEVICE_BURST: str(limits.device.burst),
        Variable.TOKEN_RATE: _number(limits.token.rate),
        Variable.TOKEN_BURST: str(limits.token.burst),
    }


def _needed(address: str | None, server: str) -> str:
    if not address:
        raise EndpointMissingError(f"this architecture uses {server}, and no address of it was given")
    return address


def _present(values: dict[Variable, str | None]) -> Environment:
    return {name.value: value for name, value in values.items() if value}


def _number(value: float) -> str:
    """Text of a number; a whole one without a point, so that a setting that counts can read it."""
    return str(int(value)) if value == int(value) else repr(value)
