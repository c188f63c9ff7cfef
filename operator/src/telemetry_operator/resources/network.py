"""NetworkPolicies: nothing may speak to the platform's pods, nor they to anything, but what stands here.

- Who: any client → producer and analytics, on their public port: that is what they are for, and they ask for a key.
- What the programs are told of, they may reach: the platform's own servers, or the ports of external ones and of the
  collector, anywhere (a policy knows no host names; of a Service outside the platform, the port of its pods counts).
- Kafka's brokers reach one another. All pods reach the cluster's DNS.
- Management is for pods of namespaces labelled `telemetry.dev/metrics: "true"`, where a Prometheus may be; the
  consumer's for the operator too, which asks it for its lag. Kubelets always reach the pods of their node.

Both ends of a flow are derived from one table, so that they cannot disagree.
"""

from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple
from urllib.parse import urlsplit

from telemetry_contract.settings import Component, Variable
from telemetry_operator.environment import Environment
from telemetry_operator.resources.context import Context
from telemetry_operator.resources.files import ADDRESSES
from telemetry_operator.resources.naming import MANAGED_BY, PLATFORM_LABEL, build_object, selector_of
from telemetry_operator.resources.objects import NETWORK_POLICY, Object
from telemetry_operator.resources.ports import (
    KAFKA_CONTROLLER_PORT,
    KAFKA_PORT,
    MANAGEMENT_PORT,
    POSTGRES_PORT,
    PUBLIC_PORT,
    REDIS_PORT,
)
from telemetry_operator.resources.variables import build_environment, programs_of
from telemetry_operator.specs.layout import Server, builtin_servers
from telemetry_operator.specs.platform import TelemetryPlatform
from telemetry_operator.specs.spec import PlatformSpec

METRICS_LABEL: Final = {"telemetry.dev/metrics": "true"}
NAMESPACE_LABEL: Final = "kubernetes.io/metadata.name"
PUBLIC: Final = (Component.PRODUCER, Component.ANALYTICS)
SERVER_PORTS: Final = {Server.POSTGRES: POSTGRES_PORT, Server.REDIS: REDIS_PORT, Server.KAFKA: KAFKA_PORT}
DNS: Final[Object] = {
    "to": [
        {
            "namespaceSelector": {"matchLabels": {NAMESPACE_LABEL: "kube-system"}},
            "podSelector": {"matchLabels": {"k8s-app": "kube-dns"}},
        }
    ],
    "ports": [{"port": 53, "protocol": "UDP"}, {"port": 53, "protocol": "TCP"}],
}
WEB_PORTS: Final = {"http": 80, "https": 443}


class Flow(NamedTuple):
    """Pods of one component that connect to those of another."""

    client: str
    server: str
    port: int


def build_policies(platform: TelemetryPlatform, context: Context) -> tuple[Object, ...]:
    """The policies, if the spec asks for them."""
    if not platform.spec.network_policy.enabled:
        return ()
    told = {component: build_environment(component, platform, context) for component in programs_of(platform)}
    flows = tuple(flows_of(platform.spec, told.items()))
    programs = [
        _policy(
            platform,
            context,
            component,
            ingress=[*_from_outside(component, context), *_from_pods(platform, component, flows)],
            egress=[*_to_pods(platform, component, flows), *_to_outside(platform.spec, environment)],
        )
        for component, environment in told.items()
    ]
    servers = [
        _policy(
            platform,
            context,
            server,
            ingress=[*_from_pods(platform, server, flows)],
            egress=[*_to_pods(platform, server, flows)],
        )
        for server in builtin_servers(platform.spec)
    ]
    return (_build_default(platform, context), *programs, *servers)


def flows_of(spec: PlatformSpec, told: Iterable[tuple[Component, Environment]]) -> Iterator[Flow]:
    """Connections between the platform's own pods."""
    for component, environment in told:
        for server in builtin_servers(spec):
            if ADDRESSES[server] in environment:
                yield Flow(component, server, SERVER_PORTS[server])
        if Variable.CONSUMER_URL in environment:
            yield Flow(component, Component.CONSUMER, PUBLIC_PORT)
    if Server.KAFKA in builtin_servers(spec):
        yield Flow(Server.KAFKA, Server.KAFKA, KAFKA_PORT)
        yield Flow(Server.KAFKA, Server.KAFKA, KAFKA_CONTROLLER_PORT)


def outside_ports(spec: PlatformSpec, environment: Environment) -> list[int]:
    """Ports of servers that are not the platform's own, and which a program with these variables reaches."""
    addresses = {
        Server.POSTGRES: spec.postgres.external and spec.postgres.external.address,
        Server.REDIS: spec.redis.external and spec.redis.external.address,
        Server.KAFKA: spec.kafka.external and spec.kafka.external.address,
    }
    used = [address for server, address in addresses.items() if address and ADDRESSES[server] in environment]
    ports = {int(one.rpartition(":")[2]) for address in used for one in address.split(",")}
    if collector := environment.get(Variable.OTLP_ENDPOINT):
        parts = urlsplit(collector)
        ports.add(parts.port or WEB_PORTS[parts.scheme])
    return sorted(ports)


def _build_default(platform: TelemetryPlatform, context: Context) -> Object:
    """The policy of all the platform's pods, whatever else is said of them: nothing in, and out only to DNS."""
    policy = build_object(NETWORK_POLICY, platform, context, "default", "default")
    pods = {PLATFORM_LABEL: platform.metadata.name, **MANAGED_BY}
    return {**policy, "spec": {**_selecting(pods), "egress": [DNS]}}


def _policy(
    platform: TelemetryPlatform, context: Context, component: str, *, ingress: list[Object], egress: list[Object]
) -> Object:
    rules = {name: rules for name, rules in (("ingress", ingress), ("egress", egress)) if rules}
    policy = build_object(NETWORK_POLICY, platform, context, component, component)
    return {**policy, "spec": {**_selecting(selector_of(platform, component)), **rules}}


def _selecting(labels: dict[str, str]) -> Object:
    return {"podSelector": {"matchLabels": labels}, "policyTypes": ["Ingress", "Egress"]}


def _from_outside(component: Component, context: Context) -> Iterator[Object]:
    if component in PUBLIC:
        yield {"ports": _ports(PUBLIC_PORT)}
    if component is not Component.PREPARE:
        namespaces = [METRICS_LABEL]
        if component is Component.CONSUMER and context.operator_namespace:
            namespaces.append({NAMESPACE_LABEL: context.operator_namespace})
        sources = [{"namespaceSelector": {"matchLabels": labels}} for labels in namespaces]
        yield {"from": sources, "ports": _ports(MANAGEMENT_PORT)}


def _from_pods(platform: TelemetryPlatform, component: str, flows: Iterable[Flow]) -> Iterator[Object]:
    clients: dict[int, list[str]] = {}
    for flow in flows:
        if flow.server == component:
            clients.setdefault(flow.port, []).append(flow.client)
    for port, names in clients.items():
        yield {"from": [_pods(platform, name) for name in names], "ports": _ports(port)}


def _to_pods(platform: TelemetryPlatform, component: str, flows: Iterable[Flow]) -> Iterator[Object]:
    for flow in flows:
        if flow.client == component:
            yield {"to": [_pods(platform, flow.server)], "ports": _ports(flow.port)}


def _to_outside(spec: PlatformSpec, environment: Environment) -> Iterator[Object]:
    if ports := outside_ports(spec, environment):
        yield {"ports": _ports(*ports)}


def _pods(platform: TelemetryPlatform, component: str) -> Object:
    return {"podSelector": {"matchLabels": selector_of(platform, component)}}


def _ports(*ports: int) -> list[Object]:
    return [{"port": port, "protocol": "TCP"} for port in ports]
