"""What the StatefulSets of the builtin servers have in common; `postgres`, `redis` and `kafka` hold what is each one's.

All pods of a set start at once: brokers need one another to become ready, and with the other policy a pod that never
becomes ready would keep its own correction out.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib.resources import files
from typing import Final

from telemetry_operator.resources.addresses import read_secret
from telemetry_operator.resources.context import Context
from telemetry_operator.resources.credentials import KEYS_OF
from telemetry_operator.resources.digests import digest_of
from telemetry_operator.resources.naming import build_object, labels_of, object_name, selector_of
from telemetry_operator.resources.objects import CONFIG_MAP, SERVICE, STATEFUL_SET, Object
from telemetry_operator.resources.pods import (
    build_container,
    build_pod_template,
    config_map_volume,
    empty_volume,
    mount,
    mount_read_only,
    secret_variable,
    variable,
)
from telemetry_operator.resources.sizes import resources_of
from telemetry_operator.resources.volumes import DATA, build_claim_template, replicas_of
from telemetry_operator.specs.layout import Server, builtin_of
from telemetry_operator.specs.platform import TelemetryPlatform
from telemetry_operator.specs.spec import DeletionPolicy

CONFIGURATION: Final = "/etc/telemetry/server"
HISTORY: Final = 2  # to look up what ran before; the way back is the manifest
ANNOTATION: Final = "telemetry.dev/configuration"


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """How one server's pods differ from another's."""

    server: Server
    image: str
    user: int
    ports: Mapping[str, int]
    data_path: str
    secret_env: Mapping[str, str]
    """Variables and the Secret's keys that they are read from; where something is initialized, for that alone."""
    env: Mapping[str, str]
    configuration: Mapping[str, str]
    """Files below `CONFIGURATION`."""
    container: Object
    """Command and probes."""
    grace_seconds: int
    governed_by: str
    """Suffix of the Service that names the pods."""
    initialize: Sequence[str] = ()
    """Command of a container that ends before the server starts, where there is one."""
    runtime_path: str | None = None
    """Where the server writes beside its data and /tmp."""
    ready_seconds: int = 0
    pod: Object = field(default_factory=dict)
    """Fields that its pods have beside all pods' own."""


def build_stateful_set(shape: Shape, platform: TelemetryPlatform, context: Context) -> Object:
    spec, server = platform.spec, shape.server
    selector = selector_of(platform, server)
    kept = "Delete" if spec.deletion_policy is DeletionPolicy.DELETE else "Retain"
    return {
        **build_object(STATEFUL_SET, platform, context, server, server),
        "spec": {
            "replicas": replicas_of(spec, server),
            "serviceName": object_name(platform, shape.governed_by),
            "podManagementPolicy": "Parallel",
            "revisionHistoryLimit": HISTORY,
            **({"minReadySeconds": shape.ready_seconds} if shape.ready_seconds else {}),
            "selector": {"matchLabels": selector},
            "template": _build_template(shape, platform, context),
            "volumeClaimTemplates": [build_claim_template(platform, server, labels_of(platform, server))],
            "persistentVolumeClaimRetentionPolicy": {"whenDeleted": kept, "whenScaled": "Retain"},
        },
    }


def build_configuration(shape: Shape, platform: TelemetryPlatform, context: Context) -> Object:
    head = build_object(CONFIG_MAP, platform, context, shape.server, shape.server)
    return {**head, "data": dict(shape.configuration)}


def build_client_service(shape: Shape, platform: TelemetryPlatform, context: Context, port: str) -> Object:
    """The Service that clients know: one address, whichever pod is behind it."""
    return {
        **build_object(SERVICE, platform, context, shape.server, shape.server),
        "spec": {
            "type": "ClusterIP",
            "selector": selector_of(platform, shape.server),
            "ports": [_service_port(port, shape.ports[port])],
        },
    }


def build_pods_service(shape: Shape, platform: TelemetryPlatform, context: Context) -> Object:
    """The headless Service by which pods of a set find one another, before they are ready too."""
    return {
        **build_object(SERVICE, platform, context, shape.governed_by, shape.server),
        "spec": {
            "type": "ClusterIP",
            "clusterIP": "None",
            "publishNotReadyAddresses": True,
            "selector": selector_of(platform, shape.server),
            "ports": [_service_port(name, number) for name, number in shape.ports.items()],
        },
    }


def script(name: str) -> str:
    """Text of a file that is brought along for the servers' pods."""
    return files(__package__).joinpath("scripts", name).read_text()


def run_script(shell: str, name: str, *arguments: str) -> list[str]:
    """Command that runs a script of the configuration; what a ConfigMap mounts is not executable by itself."""
    return [shell, f"{CONFIGURATION}/{name}", *arguments]


def execute(*command: str) -> Object:
    """Action of a probe that runs a command in the container."""
    return {"exec": {"command": [*command]}}


def _build_template(shape: Shape, platform: TelemetryPlatform, context: Context) -> Object:
    secrets = _secret_variables(shape, platform)
    server = _build_container(shape, platform, shape.server.value, [] if shape.initialize else secrets, shape.ports)
    initialize = _build_container(shape, platform, "initialize", secrets)
    first = {"initContainers": [{**initialize, "command": [*shape.initialize]}]} if shape.initialize else {}
    volumes = [config_map_volume("configuration", object_name(platform, shape.server))]
    return build_pod_template(
        platform,
        shape.server,
        builtin_of(platform.spec, shape.server).pod,
        user=shape.user,
        grace_seconds=shape.grace_seconds,
        containers=[{**server, **shape.container}],
        volumes=[*volumes, empty_volume("runtime", "16Mi")] if shape.runtime_path else volumes,
        annotations={ANNOTATION: _digest(shape, platform, context)},
        more={**shape.pod, **first},
    )


def _build_container(
    shape: Shape,
    platform: TelemetryPlatform,
    name: str,
    secrets: Sequence[Object],
    ports: Mapping[str, int] | None = None,
) -> Object:
    pod = builtin_of(platform.spec, shape.server).pod
    mounts = [mount(DATA, shape.data_path), mount_read_only("configuration", CONFIGURATION)]
    return build_container(
        platform,
        name,
        shape.image,
        resources_of(platform.spec, shape.server),
        ports=ports,
        env=[
            *(variable(name, value) for name, value in shape.env.items()),
            *secrets,
            *(variable(one.name, one.value) for one in pod.env),
        ],
        mounts=[*mounts, mount("runtime", shape.runtime_path)] if shape.runtime_path else mounts,
    )


def _secret_variables(shape: Shape, platform: TelemetryPlatform) -> list[Object]:
    secret = object_name(platform, shape.server)
    return [secret_variable(name, secret, key) for name, key in shape.secret_env.items()]


def _digest(shape: Shape, platform: TelemetryPlatform, context: Context) -> str:
    """Digest of all that a server reads only as it starts."""
    secret = object_name(platform, shape.server)
    keys = KEYS_OF[shape.server]
    secrets = {f"secret/{key}": read_secret(platform, context.secrets, secret, key) for key in keys}
    return digest_of({**shape.configuration, **secrets}, context.uid)


def _service_port(name: str, number: int) -> Object:
    return {"name": name, "port": number, "targetPort": name, "protocol": "TCP"}
