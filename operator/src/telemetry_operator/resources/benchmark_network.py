"""Who may speak to a run's pods, and they to whom: workers to their master, both to the platform's two public ports.

The platform lets any client in on those ports (`network`); these policies are of the generator's side. They are always
made: what they forbid, no run needs. The collector alone reaches the platform's servers, and the operator asks the
programs how they are: where the platform has policies, some of the run's own let both in while the run lasts.
"""

from collections.abc import Iterator
from typing import Final

from telemetry_contract.settings import Component
from telemetry_operator.resources.benchmark_context import COLLECTOR, MASTER, WORKER, Run, build_part, run_selector
from telemetry_operator.resources.naming import selector_of
from telemetry_operator.resources.network import DNS, NAMESPACE_LABEL, PUBLIC, SERVER_PORTS
from telemetry_operator.resources.objects import NETWORK_POLICY, SERVICE, Object
from telemetry_operator.resources.observer import asked_servers
from telemetry_operator.resources.ports import MANAGEMENT_PORT, PUBLIC_PORT

WORKERS_PORT: Final = 5557  # Locust's own
CONTROL_PORT: Final = 8080
MASTER_PORTS: Final = {"workers": WORKERS_PORT, "control": CONTROL_PORT}


def build_master_service(run: Run) -> Object:
    """The headless Service by which workers and operator find the master, from its first moment."""
    return {
        **build_part(SERVICE, run, MASTER),
        "spec": {
            "type": "ClusterIP",
            "clusterIP": "None",
            "publishNotReadyAddresses": True,
            "selector": run_selector(run, MASTER),
            "ports": [
                {"name": name, "port": number, "targetPort": name, "protocol": "TCP"}
                for name, number in MASTER_PORTS.items()
            ],
        },
    }


def build_run_policies(run: Run) -> tuple[Object, ...]:
    load = {
        "to": [_pods(selector_of(run.platform, one)) for one in (Component.PRODUCER, Component.ANALYTICS)],
        "ports": _ports(PUBLIC_PORT),
    }
    workers = {"from": [_pods(run_selector(run, WORKER))], "ports": _ports(WORKERS_PORT)}
    master = {"to": [_pods(run_selector(run, MASTER))], "ports": _ports(WORKERS_PORT)}
    return (
        _policy(run, MASTER, [workers, _from_operator(run)], [load, DNS]),
        _policy(run, WORKER, [], [master, load, DNS]),
        *_collector_policies(run),
    )


def _collector_policies(run: Run) -> Iterator[Object]:
    asked = asked_servers(run.platform)
    servers = [{"to": [_pods(selector_of(run.platform, one))], "ports": _ports(SERVER_PORTS[one])} for one in asked]
    yield _policy(run, COLLECTOR, [_from_operator(run)], [*servers, DNS])
    # Pods that no policy guards would be shut for everybody else by these.
    if run.platform.spec.network_policy.enabled:
        collector = _pods(run_selector(run, COLLECTOR))
        yield from (_admission(run, one, collector, SERVER_PORTS[one]) for one in asked)
        if run.operator_namespace is not None:
            operator = _namespace(run.operator_namespace)
            yield from (_admission(run, one, operator, MANAGEMENT_PORT) for one in PUBLIC)


def _admission(run: Run, component: str, client: Object, port: int) -> Object:
    """Lets one more in to a component's pods while the run lasts, beside whom the platform's own policy lets in."""
    return {
        **build_part(NETWORK_POLICY, run, f"bench-to-{component}"),
        "spec": {
            "podSelector": {"matchLabels": selector_of(run.platform, component)},
            "policyTypes": ["Ingress"],
            "ingress": [{"from": [client], "ports": _ports(port)}],
        },
    }


def _policy(run: Run, component: str, ingress: list[Object], egress: list[Object]) -> Object:
    return {
        **build_part(NETWORK_POLICY, run, component),
        "spec": {
            "podSelector": {"matchLabels": run_selector(run, component)},
            "policyTypes": ["Ingress", "Egress"],
            **({"ingress": ingress} if ingress else {}),
            "egress": egress,
        },
    }


def _from_operator(run: Run) -> Object:
    if run.operator_namespace is None:
        return {"ports": _ports(CONTROL_PORT)}
    return {"from": [_namespace(run.operator_namespace)], "ports": _ports(CONTROL_PORT)}


def _namespace(name: str) -> Object:
    return {"namespaceSelector": {"matchLabels": {NAMESPACE_LABEL: name}}}


def _pods(labels: dict[str, str]) -> Object:
    return {"podSelector": {"matchLabels": labels}}


def _ports(*ports: int) -> list[Object]:
    return [{"port": port, "protocol": "TCP"} for port in ports]
