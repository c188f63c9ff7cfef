"""`docs/platform.md`: every field of a TelemetryPlatform, from the models that parse it."""

import inspect
import json
from collections.abc import Iterator
from enum import Enum
from typing import Any, Final, get_args

from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import core_schema

from telemetry_operator.specs.base import SpecModel
from telemetry_operator.specs.findings import Rule
from telemetry_operator.specs.platform import TelemetryPlatform
from tools.reference.markdown import anchor, code, one_line, page, table
from tools.reference.schemas import in_words

INTRO: Final = """\
# TelemetryPlatform

The manifest of a platform, field by field. A block that may be left out has the defaults of its own fields; so `spec:
{}` is the architecture `baseline`. What is not a field here is refused, with the nearest right name; `telemetryctl
validate FILE` tells all faults at once, and what is legal but may be regretted. [examples/](../examples) has a
manifest of each architecture, and [README.md](../README.md#seven-architectures) says what they stand for.

- A **duration** is written like `30d`, `1h30m`, `45s` or `500ms`, largest unit first.
- A **quantity** is written as Kubernetes does: `500m`, `2`, `512Mi`, `10Gi`.
- Passwords never stand in a manifest; it names the Secret that holds them.

This page is made from the models by `make docs`.
"""


class _WithoutNull(GenerateJsonSchema):
    """A field without a value is left out, not null."""

    def nullable_schema(self, schema: core_schema.NullableSchema) -> JsonSchemaValue:
        return self.generate_inner(schema["schema"])


def blocks(root: type[BaseModel] = TelemetryPlatform) -> list[type[BaseModel]]:
    """Return the models of a manifest, each once, in the order of its first field."""
    found: list[type[BaseModel]] = []

    def visit(model: type[BaseModel]) -> None:
        if model not in found:
            found.append(model)
            for field in model.model_fields.values():
                for inner in _models_in(field.annotation):
                    visit(inner)

    visit(root)
    return found


def build_platform() -> str:
    return page(INTRO, *(part for model in blocks() for part in describe(model)))


def describe(model: type[BaseModel]) -> Iterator[str]:
    """Yield a section on a model: its heading, its meaning, its fields, its rules."""
    yield f"## {model.__name__}"
    yield one_line(inspect.getdoc(model) or "")
    schema = model.model_json_schema(schema_generator=_WithoutNull)
    properties, definitions = schema["properties"], schema.get("$defs", {})
    rows = [
        _row(name, field, properties[field.alias or name], definitions) for name, field in model.model_fields.items()
    ]
    yield table(["field", "value", "default", "meaning"], rows)
    rules = [_sentence(rule) for rule in getattr(model, "rules", ())]
    yield "What must hold: " + "; ".join(dict.fromkeys(rules)) + "." if rules else ""


def _row(name: str, field: FieldInfo, schema: dict[str, Any], definitions: dict[str, Any]) -> list[str]:
    def link(block: str) -> str:
        of = definitions[block]
        return in_words(of) if "enum" in of else f"[{block}](#{anchor(block)})"

    return [code(field.alias or name), in_words(schema, link), _default(field), field.description or ""]


def _default(field: FieldInfo) -> str:
    if field.is_required():
        return "*required*"
    value = field.get_default(call_default_factory=True)
    if isinstance(value, SpecModel):
        return _beside_its_own(value)
    if value is None or value in ({}, (), ""):
        return ""
    if isinstance(value, tuple):
        return ", ".join(map(_one, value))
    return _one(value)


def _one(value: object) -> str:
    value = value.value if isinstance(value, Enum) else value
    return code(str(value).lower() if isinstance(value, bool) else value)


def _beside_its_own(value: SpecModel) -> str:
    """Return what a block's default says beside the defaults of its own fields."""
    try:
        own = value == type(value)()
    except ValidationError:
        own = False
    given = value.model_dump(mode="json", by_alias=True, exclude_none=True)
    return "" if own else code(json.dumps(given).replace('"', ""))


def _sentence(rule: Rule) -> str:
    """Return what a rule asks, which is its function's name; the rules between blocks are wrapped."""
    inner = inspect.getclosurevars(rule.check).nonlocals.get("check", rule.check)
    return str(inner.__name__).replace("_", " ")


def _models_in(annotation: Any) -> Iterator[type[BaseModel]]:  # noqa: ANN401 - an annotation may be anything
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for inner in get_args(annotation):
        yield from _models_in(inner)
