"""What may not change while it is in use: the volumes of builtin servers, and what Kafka fixes at creation.

Each is a comparison of two specs of one platform; the API server compares them in the same way (`crds.transitions`).
A server that the new spec no longer runs is free: when it comes back, it comes back as another.
"""

from collections.abc import Callable, Iterator
from typing import Final

from telemetry_operator.specs.findings import Finding, at
from telemetry_operator.specs.layout import Server, builtin_of, builtin_servers, servers_of
from telemetry_operator.specs.spec import PlatformSpec

Compare = Callable[[PlatformSpec, PlatformSpec], Iterator[Finding]]


def refused_changes(old: PlatformSpec, new: PlatformSpec) -> tuple[Finding, ...]:
    return tuple(finding for compare in TRANSITIONS for finding in compare(old, new))


def partitions_are_fixed(old: PlatformSpec, new: PlatformSpec) -> Iterator[Finding]:
    before, after = old.kafka.topic.partitions, new.kafka.topic.partitions
    if before != after and all(Server.KAFKA in servers_of(spec) for spec in (old, new)):
        yield at("spec.kafka.topic.partitions", f"found {after}, was {before}; fixed at creation")


def brokers_are_fixed(old: PlatformSpec, new: PlatformSpec) -> Iterator[Finding]:
    before, after = old.kafka.builtin.brokers, new.kafka.builtin.brokers
    if before != after and stays_builtin(old, new, Server.KAFKA):
        yield at("spec.kafka.builtin.brokers", f"found {after}, was {before}; fixed at creation")


def volumes_do_not_shrink(old: PlatformSpec, new: PlatformSpec) -> Iterator[Finding]:
    for server in Server:
        before, after = builtin_of(old, server).storage.size, builtin_of(new, server).storage.size
        if after.value < before.value and stays_builtin(old, new, server):
            yield at(f"spec.{server}.builtin.storage.size", f"found {after}, was {before}; a volume cannot shrink")


def storage_classes_are_fixed(old: PlatformSpec, new: PlatformSpec) -> Iterator[Finding]:
    for server in Server:
        classes = [builtin_of(spec, server).storage.storage_class_name for spec in (old, new)]
        if classes[0] != classes[1] and stays_builtin(old, new, server):
            before, after = (name or "the cluster's default" for name in classes)
            path = f"spec.{server}.builtin.storage.storageClassName"
            yield at(path, f"found {after}, was {before}; a volume stays where it was made")


def stays_builtin(old: PlatformSpec, new: PlatformSpec, server: Server) -> bool:
    return all(server in builtin_servers(it) for it in (old, new))


TRANSITIONS: Final[tuple[Compare, ...]] = (
    partitions_are_fixed,
    brokers_are_fixed,
    volumes_do_not_shrink,
    storage_classes_are_fixed,
)
