"""Specs that are legal and that their owner may regret: what `validate` and the condition Warning tell."""

from collections.abc import Callable, Iterator
from typing import Final

from telemetry_contract.architecture import Reads, Scaling, Store, Writes
from telemetry_operator.specs.findings import Finding, at
from telemetry_operator.specs.layout import (
    Server,
    builtin_of,
    builtin_servers,
    component_spec,
    components_of,
    is_autoscaled,
    servers_of,
)
from telemetry_operator.specs.quantity import Quantity
from telemetry_operator.specs.secrets import Tls
from telemetry_operator.specs.spec import DeletionPolicy, PlatformSpec

SMALLEST_VOLUME: Final = Quantity("1Gi")
LOOPBACK: Final = ("127.", "localhost:", "[::1]:")


def risks_of(spec: PlatformSpec) -> tuple[Finding, ...]:
    """All of them, in the order of the spec's fields where they have one."""
    return tuple(risk for find in _RISKS for risk in find(spec))


def stopped_components(spec: PlatformSpec) -> Iterator[Finding]:
    for component in components_of(spec):
        if component_spec(spec, component).replicas == 0:
            yield at(f"spec.{component}.replicas", f"0 stops the {component}")


def autoscaling_without_requests(spec: PlatformSpec) -> Iterator[Finding]:
    for component in components_of(spec):
        if is_autoscaled(spec, component) and not component_spec(spec, component).resources.requests.cpu:
            yield at(
                f"spec.{component}.resources.requests.cpu",
                "missing: an autoscaler measures CPU use in % of the request and does nothing without one",
            )


def autoscaling_of_fixed_replicas(spec: PlatformSpec) -> Iterator[Finding]:
    for component in components_of(spec):
        given = "autoscaling" in component_spec(spec, component).model_fields_set
        if given and spec.choices.scaling is Scaling.FIXED:
            yield at(f"spec.{component}.autoscaling", "not used: scaling is fixed")


def blocks_without_use(spec: PlatformSpec) -> Iterator[Finding]:
    choices = spec.choices
    direct = choices.writes is Writes.DIRECT
    unused = {
        "consumer": direct and "writes is direct, so no consumer runs",
        "kafka": direct and "writes is direct, so nothing passes through Kafka",
        "memory": choices.store is Store.POSTGRES and "store is postgres, so no history is kept in memory",
        "buffer": direct and "writes is direct, so nothing waits in Kafka",
        "cache": choices.reads is Reads.DIRECT and "reads is direct, so nothing is cached",
    }
    for block, reason in unused.items():
        if reason and block in spec.model_fields_set:
            yield at(f"spec.{block}", f"not used: {reason}")


def history_in_memory(spec: PlatformSpec) -> Iterator[Finding]:
    if spec.choices.store is Store.MEMORY:
        yield at("spec.store", "memory keeps history in one consumer's memory, and reads it anew after every restart")


def single_broker(spec: PlatformSpec) -> Iterator[Finding]:
    if Server.KAFKA in builtin_servers(spec) and spec.kafka.builtin.brokers == 1:
        yield at("spec.kafka.builtin.brokers", "1 broker: what is queued there is lost with its volume")


def tiny_volumes(spec: PlatformSpec) -> Iterator[Finding]:
    for server in builtin_servers(spec):
        size = builtin_of(spec, server).storage.size
        if size.value < SMALLEST_VOLUME.value:
            yield at(f"spec.{server}.builtin.storage.size", f"{size} is soon full; at least {SMALLEST_VOLUME} lasts")


def connections_in_clear(spec: PlatformSpec) -> Iterator[Finding]:
    for server in servers_of(spec):
        address, tls = _external(spec, server)
        if address and not tls.enabled and not address.startswith(LOOPBACK):
            yield at(f"spec.{server}.external.tls", "off: readings and passwords cross the network in clear")


def burst_below_a_batch(spec: PlatformSpec) -> Iterator[Finding]:
    batch = spec.ingest.max_batch_readings
    for name, limit in (("device", spec.rate_limits.device), ("token", spec.rate_limits.token)):
        if limit.burst < batch:
            yield at(
                f"spec.rateLimits.{name}.burst",
                f"{limit.burst} is below spec.ingest.maxBatchReadings ({batch}): a full batch is never accepted whole",
            )


def data_deleted_with_the_platform(spec: PlatformSpec) -> Iterator[Finding]:
    if spec.deletion_policy is DeletionPolicy.DELETE:
        yield at("spec.deletionPolicy", "Delete: all readings go when the platform is deleted")


def _external(spec: PlatformSpec, server: Server) -> tuple[str, Tls]:
    external = {
        Server.POSTGRES: spec.postgres.external,
        Server.REDIS: spec.redis.external,
        Server.KAFKA: spec.kafka.external,
    }[server]
    return (external.address, external.tls) if external else ("", Tls())


_RISKS: Final[tuple[Callable[[PlatformSpec], Iterator[Finding]], ...]] = (
    history_in_memory,
    stopped_components,
    autoscaling_without_requests,
    autoscaling_of_fixed_replicas,
    blocks_without_use,
    single_broker,
    tiny_volumes,
    connections_in_clear,
    burst_below_a_batch,
    data_deleted_with_the_platform,
)
