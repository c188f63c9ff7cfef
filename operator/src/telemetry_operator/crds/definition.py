"""The CustomResourceDefinition of a TelemetryPlatform, whole."""

from typing import Any, Final

from telemetry_operator.crds.document import GROUP, Definition, build_document
from telemetry_operator.crds.schema import Schema, build_schema, with_validations
from telemetry_operator.crds.transitions import transitions
from telemetry_operator.crds.twins import rules_of_spec
from telemetry_operator.specs.platform import KIND
from telemetry_operator.specs.spec import PlatformSpec
from telemetry_operator.specs.status import PlatformStatus

PLURAL: Final = "telemetryplatforms"
NAME: Final = f"{PLURAL}.{GROUP}"

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
    spec = with_validations(build_schema(PlatformSpec, defaults=True), [*rules_of_spec(), *transitions()])
    return build_document(
        Definition(
            kind=KIND,
            plural=PLURAL,
            short="tp",
            description="A telemetry platform: ingest, stream, storage, cache and analytics from one manifest.",
            columns=COLUMNS,
            # Without a spec it is the baseline. The API server takes this default as it stands, without inner ones.
            spec={**spec, "default": _defaults_of(spec)},
            status=build_schema(PlatformStatus, defaults=False),
            needs_spec=False,
        )
    )


def _defaults_of(block: Schema) -> Schema:
    return {name: field["default"] for name, field in block["properties"].items() if "default" in field}
