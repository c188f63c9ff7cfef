"""What the API server makes of a manifest, imitated: fields that hold nothing go, and those with a default get it."""

from copy import deepcopy
from typing import Any

from telemetry_operator.crds.definition import build_definition

Schema = dict[str, Any]


def root_schema() -> Schema:
    schema: Schema = build_definition()["spec"]["versions"][0]["schema"]["openAPIV3Schema"]
    return schema


def read_back(manifest: dict[str, Any]) -> dict[str, Any]:
    """The manifest as it comes back from the API server, without what that adds to the metadata."""
    given: dict[str, Any] = _with_defaults(manifest, ROOT)
    return given


def _with_defaults(value: Any, node: Schema) -> Any:  # noqa: ANN401 - JSON
    if isinstance(value, dict) and "properties" in node:
        fields = node["properties"]
        given = {**{name: None for name, field in fields.items() if "default" in field}, **value}
        return {name: inner for name, it in given.items() if (inner := _field(it, fields.get(name, {}))) is not None}
    if isinstance(value, dict) and "additionalProperties" in node:
        inner_node = node["additionalProperties"]
        return {name: _with_defaults(it, inner_node) for name, it in value.items() if it is not None}
    if isinstance(value, list):
        return [_with_defaults(it, node.get("items", {})) for it in value]
    return value


def _field(value: Any, node: Schema) -> Any:  # noqa: ANN401 - JSON
    return deepcopy(node.get("default")) if value is None else _with_defaults(value, node)


ROOT = root_schema()
