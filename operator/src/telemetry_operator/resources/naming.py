"""Names and labels of the objects that a platform is made of."""

import hashlib
from typing import Final

from telemetry_operator.resources.context import Context
from telemetry_operator.resources.objects import Kind, Object
from telemetry_operator.specs.platform import API_VERSION, KIND, TelemetryPlatform

# A StatefulSet's pods carry its name and a revision of 11 characters in one label of at most 63 (RFC 1123).
LONGEST: Final = 52
HASH_LENGTH: Final = 8

FIELD_MANAGER: Final = "telemetry-operator"
PLATFORM_LABEL: Final = "app.kubernetes.io/instance"
COMPONENT_LABEL: Final = "app.kubernetes.io/component"
MANAGED_BY: Final = {"app.kubernetes.io/managed-by": FIELD_MANAGER}


def object_name(platform: TelemetryPlatform, suffix: str) -> str:
    """Name of a part of a platform."""
    return part_name(platform.metadata.name, suffix)


def part_name(name: str, suffix: str) -> str:
    """Name of a part of what is called `name`; of a long name the end is replaced by a hash of the whole."""
    room = LONGEST - len(suffix) - 1
    if len(name) <= room:
        return f"{name}-{suffix}"
    digest = hashlib.sha256(name.encode()).hexdigest()[:HASH_LENGTH]
    return f"{name[: room - HASH_LENGTH - 1].rstrip('-')}-{digest}-{suffix}"


def selector_of(platform: TelemetryPlatform, component: str) -> dict[str, str]:
    """Labels that tell the pods of one component from all others in the namespace."""
    # Without who manages them, a Helm release of the platform's name could have pods with the same labels. Members of
    # an Enum are text only to us; objects are plain data.
    return {PLATFORM_LABEL: platform.metadata.name, COMPONENT_LABEL: str(component), **MANAGED_BY}


def labels_of(platform: TelemetryPlatform, component: str) -> dict[str, str]:
    return {"app.kubernetes.io/name": "telemetry-platform", **selector_of(platform, component)}


def build_object(kind: Kind, platform: TelemetryPlatform, context: Context, suffix: str, component: str) -> Object:
    """Head of an object that goes with its platform: garbage collection deletes it after its owner."""
    return {
        "apiVersion": kind.api_version,
        "kind": kind.kind,
        "metadata": {
            "name": object_name(platform, suffix),
            "namespace": platform.metadata.namespace,
            "labels": labels_of(platform, component),
            "ownerReferences": [build_owner_reference(platform, context)],
        },
    }


def build_owner_reference(platform: TelemetryPlatform, context: Context) -> Object:
    return {
        "apiVersion": API_VERSION,
        "kind": KIND,
        "name": platform.metadata.name,
        "uid": context.uid,
        "controller": True,
    }
