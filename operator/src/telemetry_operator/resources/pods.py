"""What all pods of a platform have in common, whoever's program runs in them.

Every pod passes the `restricted` Pod Security Standard on a read-only root file system, holds no token of the API
server, and carries the owner's pod template. Forms are those in which the API server gives them back.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final

from telemetry_operator.resources.amounts import resources_of
from telemetry_operator.resources.naming import labels_of, object_name
from telemetry_operator.resources.objects import Object
from telemetry_operator.specs.platform import TelemetryPlatform
from telemetry_operator.specs.pods import EnvironmentVariable, PodTemplate, Resources

SERVICE_ACCOUNT_SUFFIX: Final = "services"
GROUP_READABLE: Final = 0o440
TMP: Final = "tmp"
TMP_SIZE: Final = "64Mi"

Objects = Sequence[Object]


def build_pod_template(
    platform: TelemetryPlatform,
    component: str,
    shape: PodTemplate,
    *,
    user: int,
    grace_seconds: int,
    containers: Objects,
    volumes: Objects = (),
    annotations: Mapping[str, str] | None = None,
    more: Object | None = None,
) -> Object:
    """Template of a component's pods; `user` is the image's, and the group of its volumes; `more` goes into the spec.

    The platform's own labels and annotations win over the owner's: selectors and digests stand on them.
    """
    notes = {**shape.annotations, **(annotations or {})}
    return {
        "metadata": {
            "labels": {**shape.labels, **labels_of(platform, component)},
            **({"annotations": notes} if notes else {}),
        },
        "spec": {
            "serviceAccountName": object_name(platform, SERVICE_ACCOUNT_SUFFIX),
            "automountServiceAccountToken": False,
            # Links would add TELEMETRY_..._SERVICE_HOST for a platform called `telemetry`: unknown settings, refused.
            "enableServiceLinks": False,
            "securityContext": pod_security(user),
            "terminationGracePeriodSeconds": grace_seconds,
            "containers": list(containers),
            "volumes": [empty_volume(TMP, TMP_SIZE), *volumes],
            **_placement(shape),
            **(more or {}),
        },
    }


def build_container(
    platform: TelemetryPlatform,
    name: str,
    image: str,
    resources: Resources,
    *,
    ports: Mapping[str, int] | None = None,
    env: Objects = (),
    mounts: Objects = (),
) -> Object:
    """One container with a writable /tmp and nothing else to write to; callers add commands, probes and hooks."""
    amounts = resources_of(resources)
    return {
        "name": str(name),
        "image": image,
        "imagePullPolicy": platform.spec.images.pull_policy,
        **({"ports": _ports(ports)} if ports else {}),
        **({"env": list(env)} if env else {}),
        **({"resources": amounts} if amounts else {}),
        "volumeMounts": [mount(TMP, "/tmp"), *mounts],  # noqa: S108 - a volume of the pod's own
        "securityContext": {
            "allowPrivilegeEscalation": False,
            "capabilities": {"drop": ["ALL"]},
            "readOnlyRootFilesystem": True,
        },
        # What a program said last stands in the pod's status, and from there in the platform's condition.
        "terminationMessagePolicy": "FallbackToLogsOnError",
    }


def variables_of(
    environment: Mapping[str, str],
    *,
    secret: str,
    in_secret: Collection[str],
    extra: Sequence[EnvironmentVariable] = (),
) -> list[Object]:
    """Variables of a container; those named `in_secret` are read from the Secret's key of the same name."""
    ours = [
        secret_variable(name, secret, name) if name in in_secret else variable(name, value)
        for name, value in environment.items()
    ]
    return [*ours, *(variable(one.name, one.value) for one in extra)]


def variable(name: str, value: str) -> Object:
    return {"name": name, "value": value} if value else {"name": name}


def secret_variable(name: str, secret: str, key: str) -> Object:
    return {"name": name, "valueFrom": {"secretKeyRef": {"name": secret, "key": key}}}


def empty_volume(name: str, size: str) -> Object:
    return {"name": name, "emptyDir": {"sizeLimit": size}}


def secret_volume(name: str, secret: str, *keys: str) -> Object:
    """A Secret as a directory, all of it or only some keys."""
    items = {"items": [{"key": key, "path": key} for key in keys]} if keys else {}
    return {"name": name, "secret": {"secretName": secret, "defaultMode": GROUP_READABLE, **items}}


def config_map_volume(name: str, config_map: str) -> Object:
    return {"name": name, "configMap": {"name": config_map, "defaultMode": GROUP_READABLE}}


def mount(volume: str, path: str) -> Object:
    return {"name": volume, "mountPath": path}


def mount_read_only(volume: str, path: str) -> Object:
    return {**mount(volume, path), "readOnly": True}


def http_get(path: str, port: str) -> Object:
    return {"httpGet": {"path": path, "port": port, "scheme": "HTTP"}}


def probe(action: Object, *, every: int, failures: int, timeout: int = 3) -> Object:
    """A probe each `every` seconds that gives up after so many failures in a row, each after `timeout` seconds."""
    return {**action, "periodSeconds": every, "timeoutSeconds": timeout, "failureThreshold": failures}


def _ports(ports: Mapping[str, int]) -> list[Object]:
    return [{"name": name, "containerPort": number, "protocol": "TCP"} for name, number in ports.items()]


def pod_security(user: int) -> Object:
    """Security context of a pod whose image has this user."""
    return {
        "runAsNonRoot": True,
        "runAsUser": user,
        "runAsGroup": user,
        "fsGroup": user,
        # A volume that is right already is not walked through file by file at each start.
        "fsGroupChangePolicy": "OnRootMismatch",
        "seccompProfile": {"type": "RuntimeDefault"},
    }


def _placement(shape: PodTemplate) -> Object:
    placement = {
        "nodeSelector": dict(shape.node_selector),
        "tolerations": [one.model_dump(mode="json", by_alias=True, exclude_none=True) for one in shape.tolerations],
        "affinity": _without_empty_lists(shape.affinity),
        "imagePullSecrets": [{"name": one.name} for one in shape.image_pull_secrets],
        "priorityClassName": shape.priority_class_name,
    }
    return {name: value for name, value in placement.items() if value}


def _without_empty_lists(value: Any) -> Any:  # noqa: ANN401 - Kubernetes' own structure
    """The value as the API server keeps it; an empty map may be a selector of everything, and stays."""
    if isinstance(value, dict):
        return {name: _without_empty_lists(inner) for name, inner in value.items() if inner != []}
    return [_without_empty_lists(inner) for inner in value] if isinstance(value, list) else value
