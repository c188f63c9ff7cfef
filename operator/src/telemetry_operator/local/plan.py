"""What a platform is on this machine: its processes with their ports, computed before anything is started."""

import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Final

import msgspec

from telemetry_contract.architecture import Store
from telemetry_contract.settings import Component
from telemetry_operator.connections import host_in_url
from telemetry_operator.environment import Binding, Endpoints, environment_of
from telemetry_operator.local.endpoints import embedded_servers, endpoints_of
from telemetry_operator.local.options import Options
from telemetry_operator.local.program import Program
from telemetry_operator.local.servers import kafka, postgres, valkey
from telemetry_operator.local.servers.server import LOOPBACK, Server
from telemetry_operator.local.state import State, cache_directory
from telemetry_operator.specs import layout
from telemetry_operator.specs.platform import TelemetryPlatform

MODULES: Final = {
    Component.PRODUCER: "telemetry.producer",
    Component.CONSUMER: "telemetry.consumer",
    Component.ANALYTICS: "telemetry.analytics",
    Component.PREPARE: "telemetry.core.prepare",
}
# Longer than a service's own drain.
STOP_SECONDS: Final = 20
KAFKA_CONTROLLER: Final = "kafka-controller"
WILDCARDS: Final = {"0.0.0.0": LOOPBACK, "::": "::1"}  # noqa: S104 - names what is bound, binds nothing


class Process(msgspec.Struct, frozen=True):
    """One process of a platform; `component` is what a person calls it, `port` is its clients'."""

    name: str
    component: str
    port: int | None = None
    management_port: int | None = None


def component_of(process: str) -> str:
    """Return what a person calls a process: `producer-2` is a producer, everything else its own name."""
    component, _, number = process.rpartition("-")
    return component if number.isdecimal() else process


@dataclass(frozen=True, slots=True)
class Plan:
    """All that runs, in the order in which it is started."""

    servers: tuple[Server, ...]
    prepare: Program
    services: tuple[Program, ...]
    processes: tuple[Process, ...]
    endpoints: Endpoints
    addresses: dict[str, str]

    @property
    def programs(self) -> dict[str, Program]:
        programs = [*(server.program for server in self.servers), *self.services]
        return {program.name: program for program in programs}


def port_hosts(platform: TelemetryPlatform, options: Options) -> dict[str, str]:
    """Return the name of each port that the platform needs, and the host that it is bound to."""
    servers = [str(server) for server in embedded_servers(platform.spec, options)]
    controller = [KAFKA_CONTROLLER] if layout.Server.KAFKA in servers else []
    replicas = list(_replicas(platform))
    shared = [replica.component for replica in replicas if _public_port(platform, replica)]
    # Management ports, named as their replicas are, stay on this machine wherever the public ones listen.
    private = [*servers, *controller, *(replica.name for replica in replicas)]
    return dict.fromkeys(private, LOOPBACK) | {str(it): _host(platform, it, options.host) for it in shared}


def build_plan(platform: TelemetryPlatform, options: Options, ports: Mapping[str, int], state: State) -> Plan:
    """Describe everything that runs, given a port for each name of `port_hosts`.

    Raises:
        PlatformError: an embedded server cannot be had here, or the address of an external one is not known.
    """
    servers = {kind: _server(kind, ports, state) for kind in embedded_servers(platform.spec, options)}
    addresses = {kind: server.address for kind, server in servers.items()}
    endpoints = endpoints_of(platform.spec, options, addresses, state)
    if _keeps_history(platform, Component.CONSUMER):
        endpoints = replace(endpoints, consumer_url=f"http://{LOOPBACK}:{ports[Component.CONSUMER]}")
    replicas = list(_replicas(platform))
    return Plan(
        servers=tuple(servers.values()),
        prepare=_program(platform, endpoints, _Replica(Component.PREPARE, 1, 1), options.host, ports),
        services=tuple(_program(platform, endpoints, replica, options.host, ports) for replica in replicas),
        processes=(
            *(Process(str(kind), str(kind), ports[kind]) for kind in servers),
            *(_process(platform, replica, ports) for replica in replicas),
        ),
        endpoints=endpoints,
        addresses=_addresses(options.host, ports, "https" if platform.spec.tls else "http"),
    )


@dataclass(frozen=True, slots=True)
class _Replica:
    component: Component
    number: int
    of: int

    @property
    def name(self) -> str:
        return f"{self.component}-{self.number}"


def _replicas(platform: TelemetryPlatform) -> Iterator[_Replica]:
    """Yield every replica; without an autoscaler here, as many as run when idle."""
    for component in layout.components_of(platform.spec):
        count = layout.replica_bounds(platform.spec, component).least
        yield from (_Replica(component, number, count) for number in range(1, count + 1))


def _public_port(platform: TelemetryPlatform, replica: _Replica) -> str | None:
    """Name the port that all replicas of a component share; a consumer has one only where it keeps history."""
    serves = replica.component is not Component.CONSUMER or _keeps_history(platform, replica.component)
    return str(replica.component) if serves else None


def _keeps_history(platform: TelemetryPlatform, component: Component) -> bool:
    return component is Component.CONSUMER and platform.spec.choices.store is Store.MEMORY


def _host(platform: TelemetryPlatform, component: Component, host: str) -> str:
    """Return where a component listens: history that the consumer keeps is for analytics alone."""
    return LOOPBACK if _keeps_history(platform, component) else host


def _process(platform: TelemetryPlatform, replica: _Replica, ports: Mapping[str, int]) -> Process:
    public = _public_port(platform, replica)
    return Process(replica.name, replica.component, ports[public] if public else None, ports[replica.name])


def _program(
    platform: TelemetryPlatform, endpoints: Endpoints, replica: _Replica, host: str, ports: Mapping[str, int]
) -> Program:
    binding = Binding(
        host=_host(platform, replica.component, host),
        port=ports.get(replica.component, 0),
        management_host=LOOPBACK,
        management_port=ports.get(replica.name, 0),
        replicas=replica.of,
    )
    return Program(
        name=replica.name if replica.component is not Component.PREPARE else str(Component.PREPARE),
        argv=(sys.executable, "-P", "-m", MODULES[replica.component]),
        environment=environment_of(replica.component, platform, endpoints, binding),
        stop_seconds=STOP_SECONDS,
    )


def _server(kind: layout.Server, ports: Mapping[str, int], state: State) -> Server:
    data, port = state.data / kind, ports[kind]
    if kind is layout.Server.POSTGRES:
        return postgres.describe(data, port=port, password=state.password(kind))
    if kind is layout.Server.REDIS:
        return valkey.describe(data, port=port, password=state.password(kind))
    return kafka.describe(data, port=port, controller_port=ports[KAFKA_CONTROLLER], cache=cache_directory())


def _addresses(host: str, ports: Mapping[str, int], scheme: str) -> dict[str, str]:
    """Return the URLs that clients use, by component."""
    public = [str(component) for component in (Component.PRODUCER, Component.ANALYTICS)]
    return {name: f"{scheme}://{reachable_host(host)}:{ports[name]}" for name in public if name in ports}


def reachable_host(host: str) -> str:
    """Return the host of a URL for what is bound to `host`."""
    return host_in_url(WILDCARDS.get(host, host))
