"""A pydantic model as a structural schema: what the API server understands of JSON Schema, references resolved.

What a model leaves to its default stays left out where it is a block: whether a block was written down has a meaning
of its own (`specs.layout`, `specs.risks`). Only single values are given their defaults by the API server, and those
inside blocks that stand.
"""

import json
from collections.abc import Iterator
from typing import Any, Final

from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import core_schema

from telemetry_operator.crds.cel import Validation
from telemetry_operator.crds.scalars import SCALARS
from telemetry_operator.crds.twins import twins_of

Schema = dict[str, Any]

QUOTES: Final = '"'
INT_OR_STRING: Final = "x-kubernetes-int-or-string"
VALIDATIONS: Final = "x-kubernetes-validations"

_KEPT: Final = frozenset({
    "description", "type", "format", "enum", "pattern", "minimum", "maximum", "exclusiveMinimum", "minLength",
    "maxLength", "minItems", "maxItems", "minProperties", "maxProperties", "required", INT_OR_STRING,
    "x-kubernetes-preserve-unknown-fields", "x-kubernetes-list-type", "x-kubernetes-list-map-keys", VALIDATIONS,
})  # fmt: skip
_INNER: Final = frozenset({"properties", "items", "additionalProperties", "propertyNames"})
_DROPPED: Final = frozenset({"title", "default", "$defs", "$ref"})


class _Generator(GenerateJsonSchema):
    """Fields that hold nothing are left out, not null; each block carries its rules."""

    def nullable_schema(self, schema: core_schema.NullableSchema) -> JsonSchemaValue:
        return self.generate_inner(schema["schema"])

    def model_schema(self, schema: core_schema.ModelSchema) -> JsonSchemaValue:
        node = super().model_schema(schema)
        validations = twins_of(schema["cls"])
        return {**node, VALIDATIONS: [it.as_dict() for it in validations]} if validations else node


class NotStructuralError(ValueError):
    """A model says what a structural schema cannot."""


def build_schema(model: type[BaseModel], *, defaults: bool) -> Schema:
    """Structural schema of a model, its rules included.

    Raises:
        NotStructuralError: the model says what a structural schema cannot.
    """
    schema = model.model_json_schema(schema_generator=_Generator)
    return _structural(schema, schema.get("$defs", {}), defaults=defaults)


def with_validations(schema: Schema, validations: list[Validation]) -> Schema:
    return {**schema, VALIDATIONS: [*schema.get(VALIDATIONS, []), *(it.as_dict() for it in validations)]}


def _structural(node: Schema, blocks: dict[str, Schema], *, defaults: bool) -> Schema:
    node = _resolved(node, blocks)
    if INT_OR_STRING in node:
        node.pop("anyOf", None)
    if unknown := node.keys() - _KEPT - _INNER - _DROPPED:
        raise NotStructuralError(f"found {', '.join(sorted(unknown))} in the schema of {node.get('title')}")
    kept = {name: value for name, value in node.items() if name in _KEPT}
    if defaults and isinstance(node.get("default"), str | int | float):
        kept |= _default(node)
    if isinstance(limit := kept.get("exclusiveMinimum"), int | float):
        kept |= {"minimum": limit, "exclusiveMinimum": True}
    if "properties" in node:
        inner = {name: _structural(field, blocks, defaults=defaults) for name, field in node["properties"].items()}
        kept["properties"] = inner
    for name in ("items", "additionalProperties"):
        if isinstance(node.get(name), dict):
            kept[name] = _structural(node[name], blocks, defaults=defaults)
    checks = [*SCALARS.get(kept.get("pattern", ""), ()), *_names(node, blocks)]
    return with_validations(kept, checks) if checks else kept


def _names(node: Schema, blocks: dict[str, Schema]) -> Iterator[Validation]:
    """Which keys a map may have: a structural schema knows no `propertyNames`."""
    if "propertyNames" in node:
        allowed = _resolved(node["propertyNames"], blocks)["enum"]
        yield Validation(f"self.all(name, name in {json.dumps(allowed)})", f"names allowed: {', '.join(allowed)}")


def _default(node: Schema) -> Schema:
    default = node["default"]
    # `kubectl explain` shows no defaults of its own.
    told = f" Default: {json.dumps(default).strip(QUOTES)}." if default != "" else ""
    return {"default": default, "description": node.get("description", "") + told}


def _resolved(node: Schema, blocks: dict[str, Schema]) -> Schema:
    """The node with what it refers to; what it says itself, of this one place, wins."""
    if "$ref" not in node:
        return dict(node)
    return {**_resolved(blocks[node["$ref"].rpartition("/")[2]], blocks), **node}
