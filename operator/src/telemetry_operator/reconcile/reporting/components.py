"""How many pods of each component there are, are ready, and are of the newest template."""

from collections.abc import Iterator
from typing import Final

from telemetry_contract.architecture import Store
from telemetry_contract.settings import Component
from telemetry_operator.reconcile.observed import Observed
from telemetry_operator.reconcile.reporting.live import Workload, parse_live
from telemetry_operator.resources.objects import DEPLOYMENT, STATEFUL_SET
from telemetry_operator.resources.volumes import replicas_of
from telemetry_operator.specs.layout import builtin_servers, component_spec, components_of, replica_bounds
from telemetry_operator.specs.platform import TelemetryPlatform
from telemetry_operator.specs.spec import PlatformSpec
from telemetry_operator.specs.status import ComponentStatus

_ORDER: Final = ("producer", "consumer", "analytics", "postgres", "redis", "kafka")
_KINDS: Final = {DEPLOYMENT.kind, STATEFUL_SET.kind}


def observe_components(platform: TelemetryPlatform | None, observed: Observed) -> tuple[ComponentStatus, ...]:
    """Components that the spec wants or that still stand, in the order in which data passes them."""
    standing = {status.name: status for status in _standing(observed)}
    wanted = {name: ComponentStatus(name=name, desired=count) for name, count in _wanted(platform)}
    found = {**wanted, **standing}
    return tuple(sorted(found.values(), key=lambda status: (_place(status.name), status.name)))


def stopped_components(spec: PlatformSpec) -> tuple[Component, ...]:
    """Components that the spec itself stops; without any one of them no reading passes."""
    return tuple(component for component in components_of(spec) if component_spec(spec, component).replicas == 0)


def endpoints_served_by(spec: PlatformSpec) -> tuple[Component, ...]:
    """Components behind a Service that readings pass on their way in and out."""
    consumer = (Component.CONSUMER,) if spec.choices.store is Store.MEMORY else ()
    return (Component.PRODUCER, *consumer, Component.ANALYTICS)


def _standing(observed: Observed) -> Iterator[ComponentStatus]:
    for key, found in observed.objects.items():
        if key.kind in _KINDS:
            workload = parse_live(found, Workload)
            containers = workload.spec.template.spec.containers
            yield ComponentStatus(
                name=workload.metadata.component,
                desired=workload.spec.replicas,
                ready=workload.status.ready_replicas,
                updated=workload.status.updated_replicas,
                image=containers[0].image if containers else None,
            )


def _wanted(platform: TelemetryPlatform | None) -> Iterator[tuple[str, int]]:
    if platform is None:
        return
    for component in components_of(platform.spec):
        yield component.value, replica_bounds(platform.spec, component).least
    for server in builtin_servers(platform.spec):
        yield server.value, replicas_of(platform.spec, server)


def _place(name: str) -> int:
    return _ORDER.index(name) if name in _ORDER else len(_ORDER)
