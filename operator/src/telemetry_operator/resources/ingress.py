"""The Ingress: producer and analytics, which answer under the same paths and so have a host each."""

from telemetry_contract.settings import Component
from telemetry_operator.resources.context import Context
from telemetry_operator.resources.naming import build_object, object_name
from telemetry_operator.resources.objects import INGRESS, Object
from telemetry_operator.resources.ports import HTTP
from telemetry_operator.specs.platform import TelemetryPlatform

SUFFIX = "ingress"


def build_ingress(platform: TelemetryPlatform, context: Context) -> tuple[Object, ...]:
    """The Ingress, if the spec asks for one."""
    wanted = platform.spec.ingress
    if wanted is None:
        return ()
    hosts = {Component.PRODUCER: wanted.producer_host, Component.ANALYTICS: wanted.analytics_host}
    named = {component: host for component, host in hosts.items() if host}
    tls = {"tls": [{"hosts": list(named.values()), "secretName": wanted.tls_secret_name}]}
    head = build_object(INGRESS, platform, context, SUFFIX, SUFFIX)
    return (
        {
            **head,
            "metadata": {
                **head["metadata"],
                **({"annotations": dict(wanted.annotations)} if wanted.annotations else {}),
            },
            "spec": {
                **({"ingressClassName": wanted.class_name} if wanted.class_name else {}),
                **(tls if wanted.tls_secret_name else {}),
                "rules": [_rule(host, object_name(platform, component)) for component, host in named.items()],
            },
        },
    )


def _rule(host: str, service: str) -> Object:
    backend = {"service": {"name": service, "port": {"name": HTTP}}}
    return {"host": host, "http": {"paths": [{"path": "/", "pathType": "Prefix", "backend": backend}]}}
