"""What a spec makes run: our components, and the servers behind them."""

from enum import StrEnum
from typing import Final

from telemetry_contract.architecture import Reads, Store, Writes
from telemetry_contract.settings import Component
from telemetry_operator.specs.backing import Provider
from telemetry_operator.specs.components import ComponentSpec
from telemetry_operator.specs.platform import PlatformSpec

DAY: Final = 86_400  # seconds


class Server(StrEnum):
    """A backing service."""

    POSTGRES = "postgres"
    REDIS = "redis"
    KAFKA = "kafka"


def components_of(spec: PlatformSpec) -> tuple[Component, ...]:
    """Components that run for as long as the platform does, in the order in which data passes them."""
    consumer = (Component.CONSUMER,) if spec.choices.writes is Writes.KAFKA else ()
    return (Component.PRODUCER, *consumer, Component.ANALYTICS)


def component_spec(spec: PlatformSpec, component: Component) -> ComponentSpec:
    return {
        Component.PRODUCER: spec.producer,
        Component.CONSUMER: spec.consumer,
        Component.ANALYTICS: spec.analytics,
    }[component]


def servers_of(spec: PlatformSpec) -> tuple[Server, ...]:
    """Servers that the spec needs, whoever provides them."""
    needed = {
        Server.POSTGRES: spec.choices.store is Store.POSTGRES,
        # Written down without a cache, Redis still counts the rate limits for several processes.
        Server.REDIS: spec.choices.reads is Reads.REDIS or "redis" in spec.model_fields_set,
        Server.KAFKA: spec.choices.writes is Writes.KAFKA,
    }
    return tuple(server for server, is_needed in needed.items() if is_needed)


def provider_of(spec: PlatformSpec, server: Server) -> Provider:
    return {
        Server.POSTGRES: spec.postgres.provider,
        Server.REDIS: spec.redis.provider,
        Server.KAFKA: spec.kafka.provider,
    }[server]


def replication_of(spec: PlatformSpec) -> int:
    """Copies of each topic."""
    return spec.kafka.external.replication_factor if spec.kafka.external else spec.kafka.builtin.brokers


def topic_retention_seconds(spec: PlatformSpec) -> float:
    """How long Kafka keeps records; a store in memory is filled from them alone, so they last as long as history."""
    if spec.kafka.topic.retention:
        return spec.kafka.topic.retention.seconds
    history = spec.retention.seconds if spec.choices.store is Store.MEMORY else 0
    return max(2 * spec.buffer.max_buffer_age.seconds, history, DAY)
