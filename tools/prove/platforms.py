"""Platforms of which everything is written and nothing runs, in a namespace that takes no pods."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from tools.cluster.kubectl import Kubectl, Object

SERVERS: Final = "servers"
LOGIN: Final = {"username": "telemetry", "password": "telemetry"}


def platform_of(name: str, namespace: str) -> Object:
    """Servers elsewhere, and no replicas."""
    servers: Object = {
        "postgres": {"address": "postgres.example:5432", "credentials": {"secretName": SERVERS}},
        "redis": {"address": "redis.example:6379"},
        "kafka": {"address": "kafka.example:9092"},
    }
    external = {
        server: {"provider": "external", "external": {**told, "tls": {"enabled": False}}}
        for server, told in servers.items()
    }
    stopped = {program: {"replicas": 0} for program in ("producer", "consumer", "analytics")}
    spec = {"architecture": "stream-redis", "networkPolicy": {"enabled": True}, **stopped, **external}
    head = {"apiVersion": "telemetry.dev/v1alpha1", "kind": "TelemetryPlatform"}
    return {**head, "metadata": {"name": name, "namespace": namespace}, "spec": spec}


@contextmanager
def namespace_without_pods(kubectl: Kubectl) -> Iterator[None]:
    name = kubectl.namespace
    quota = {"hard": {"pods": "0"}}
    kubectl.apply(
        {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}},
        {
            "apiVersion": "v1",
            "kind": "ResourceQuota",
            "metadata": {"name": "no-pods", "namespace": name},
            "spec": quota,
        },
        {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": SERVERS, "namespace": name}, "stringData": LOGIN},
    )
    try:
        yield
    finally:
        kubectl.delete("namespace", name, "--wait=false")
