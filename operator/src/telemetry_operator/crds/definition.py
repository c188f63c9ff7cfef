"""The CustomResourceDefinition of a TelemetryPlatform, whole."""

from typing import Any, Final

from telemetry_operator.crds.cel import Validation
from telemetry_operator.crds.schema import Schema, build_schema, with_validations
from telemetry_operator.crds.transitions import transitions
from telemetry_operator.crds.twins import rules_of_spec
from telemetry_operator.specs.names import LONGEST_LABEL
from telemetry_operator.specs.platform import API_VERSION, KIND
from telemetry_operator.specs.spec import PlatformSpec
from telemetry_operator.specs.status import PlatformStatus

GROUP, VERSION = API_VERSION.split("/")
PLURAL: Final = "telemetryplatforms"
NAME: Final = f"{PLURAL}.{GROUP}"

# The name becomes a label's value, which may hold neither dots nor more characters.
LABEL_AS_NAME: Final = Validation(
    f'size(self.metadata.name) <= {LONGEST_LABEL} && self.metadata.name.matches("^[a-z0-9]([-a-z0-9]*[a-z0-9])?$")',
    f"metadata.name: a name of at most {LONGEST_LABEL} lower-case letters, digits and inner hyphens is needed",
)

COLUMNS: Final[tuple[dict[str, Any], ...]] = (
    {"name": "Architecture", "type": "string", "jsonPath": ".status.architecture"},
    {"name": "Available", "type": "string", "jsonPath": '.status.conditions[?(@.type=="Available")].status'},
    {"name": "Ingest", "type": "string", "jsonPath": ".status.ingest", "description": "Producers ready, of all wanted"},
    {"name": "Reason", "type": "string", "jsonPath": ".status.reason", "description": "What is not as it should be"},
    {"name": "Step", "type": "string", "jsonPath": ".status.step", "priority": 1},
    {"name": "Producer", "type": "string", "jsonPath": ".status.endpoints.producer", "priority": 1},
    {"name": "Analytics", "type": "string", "jsonPath": ".status.endpoints.analytics", "priority": 1},
    {"name": "Age", "type": "date", "jsonPath": ".metadata.creationTimestamp"},
)  # fmt: skip


def build_definition() -> dict[str, Any]:
    return {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": NAME},
        "spec": {
            "group": GROUP,
            "scope": "Namespaced",
            "names": {
                "kind": KIND,
                "listKind": f"{KIND}List",
                "plural": PLURAL,
                "singular": KIND.lower(),
                "shortNames": ["tp"],
            },
            "versions": [_version()],
        },
    }


def _version() -> dict[str, Any]:
    return {
        "name": VERSION,
        "served": True,
        "storage": True,
        "subresources": {"status": {}},
        "additionalPrinterColumns": [*COLUMNS],
        "schema": {"openAPIV3Schema": _root()},
    }


def _defaults_of(block: Schema) -> Schema:
    return {name: field["default"] for name, field in block["properties"].items() if "default" in field}


def _root() -> Schema:
    spec = with_validations(build_schema(PlatformSpec, defaults=True), [*rules_of_spec(), *transitions()])
    root = {
        "type": "object",
        "description": "A telemetry platform: ingest, stream, storage, cache and analytics from one manifest.",
        "properties": {
            "apiVersion": {"type": "string", "description": f"Version of the kind: {API_VERSION}."},
            "kind": {"type": "string", "description": f"The kind: {KIND}."},
            "metadata": {"type": "object"},
            # Without a spec it is the baseline. The API server takes this default as it stands, without inner ones.
            "spec": {**spec, "default": _defaults_of(spec)},
            "status": build_schema(PlatformStatus, defaults=False),
        },
    }
    return with_validations(root, [LABEL_AS_NAME])
