"""What a spec makes run: our components, how many of each, and the servers behind them."""

from enum import StrEnum
from typing import Final, NamedTuple

from telemetry_contract.architecture import Reads, Scaling, Store, Writes
from telemetry_contract.settings import Component
from telemetry_operator.specs.backing import BuiltinServer, Provider
from telemetry_operator.specs.components import ComponentSpec
from telemetry_operator.specs.spec import PlatformSpec

DAY: Final = 86_400  # seconds
USUAL_MEMORY: Final = 256 << 20  # bytes
USUAL_BUFFER_AGE: Final = DAY / 4


class Server(StrEnum):
    """A backing service."""

    POSTGRES = "postgres"
    REDIS = "redis"
    KAFKA = "kafka"


class Bounds(NamedTuple):
    """Replicas when idle and under load; equal where an autoscaler has no say."""

    least: int
    most: int


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


def is_autoscaled(spec: PlatformSpec, component: Component) -> bool:
    """Whether an autoscaler decides; never for what is stopped, nor for a consumer that keeps history."""
    in_memory = component is Component.CONSUMER and spec.choices.store is Store.MEMORY
    return spec.choices.scaling is Scaling.HPA and component_spec(spec, component).replicas > 0 and not in_memory


def replica_bounds(spec: PlatformSpec, component: Component) -> Bounds:
    wanted = component_spec(spec, component)
    if not is_autoscaled(spec, component):
        return Bounds(wanted.replicas, wanted.replicas)
    most = wanted.autoscaling.most
    if component is Component.CONSUMER:
        most = min(most, spec.kafka.topic.partitions)
    return Bounds(wanted.autoscaling.min_replicas, most)


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


def builtin_of(spec: PlatformSpec, server: Server) -> BuiltinServer:
    return {
        Server.POSTGRES: spec.postgres.builtin,
        Server.REDIS: spec.redis.builtin,
        Server.KAFKA: spec.kafka.builtin,
    }[server]


def builtin_servers(spec: PlatformSpec) -> tuple[Server, ...]:
    """Servers that the spec needs and that the platform runs itself."""
    return tuple(server for server in servers_of(spec) if provider_of(spec, server) is Provider.BUILTIN)


def most_pods(spec: PlatformSpec) -> dict[Component | Server, int]:
    """How many pods each component and builtin server may have."""
    most: dict[Component | Server, int] = {one: replica_bounds(spec, one).most for one in components_of(spec)}
    for server in builtin_servers(spec):
        most[server] = spec.kafka.builtin.brokers if server is Server.KAFKA else 1
    return most


def replication_of(spec: PlatformSpec) -> int:
    """Copies of each topic."""
    return spec.kafka.external.replication_factor if spec.kafka.external else spec.kafka.builtin.brokers


def max_buffer_age_seconds(spec: PlatformSpec) -> float:
    """How long an accepted reading may wait; by default well inside what ends it, in Kafka or by its age."""
    if spec.buffer.max_buffer_age:
        return spec.buffer.max_buffer_age.seconds
    ends = [end.seconds for end in (spec.retention, spec.kafka.topic.retention) if end]
    return min(USUAL_BUFFER_AGE, min(ends) / 2)


def memory_bytes(spec: PlatformSpec) -> int:
    """What readings may take in a consumer that keeps history; by default half of what the consumer may."""
    if spec.memory.max_size:
        return spec.memory.max_size.bytes
    limit = spec.consumer.resources.limits.memory
    return limit.bytes // 2 if limit else USUAL_MEMORY


def topic_retention_seconds(spec: PlatformSpec) -> float:
    """How long Kafka keeps records; a store in memory is filled from them alone, so they last as long as history."""
    if spec.kafka.topic.retention:
        return spec.kafka.topic.retention.seconds
    # A reading may be of a time a little later than its record's, and is kept as much longer.
    history = spec.retention.seconds + spec.ingest.max_clock_skew.seconds if spec.choices.store is Store.MEMORY else 0
    return max(2 * max_buffer_age_seconds(spec), history, DAY)
