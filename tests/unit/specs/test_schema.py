"""The models can become a CustomResourceDefinition: what the API server asks of a structural schema."""

from collections.abc import Iterator
from typing import Any

from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import core_schema

from telemetry_operator.specs.platform import TelemetryPlatform


class WithoutNull(GenerateJsonSchema):
    """An optional field may be left out; the API server drops one that is null."""

    def nullable_schema(self, schema: core_schema.NullableSchema) -> JsonSchemaValue:
        return self.generate_inner(schema["schema"])


SCHEMA = TelemetryPlatform.model_json_schema(schema_generator=WithoutNull)


def nodes(node: Any, path: str = "") -> Iterator[tuple[str, dict[str, Any]]]:  # noqa: ANN401 - JSON
    if isinstance(node, dict):
        yield path, node
        for name, inner in node.items():
            yield from nodes(inner, f"{path}/{name}")


def described(field: dict[str, Any]) -> bool:
    # Pydantic leaves out a field's description where the block's own says the same.
    block = SCHEMA["$defs"].get(field.get("$ref", "").rpartition("/")[2], {})
    return bool(field.get("description") or block.get("description"))


def fields() -> Iterator[tuple[str, dict[str, Any]]]:
    for path, node in nodes(SCHEMA):
        for name, field in node.get("properties", {}).items() if node.get("type") == "object" else ():
            yield f"{path}/{name}", field


def test_each_field_has_a_description() -> None:
    assert [path for path, field in fields() if not described(field)] == []


def test_no_field_is_one_of_several_things() -> None:
    choices = [
        path
        for path, node in nodes(SCHEMA)
        if node.keys() & {"anyOf", "oneOf", "allOf"} and not node.get("x-kubernetes-int-or-string")
    ]
    assert choices == []


def test_each_field_has_a_type() -> None:
    untyped = [p for p, field in fields() if not field.keys() & {"type", "$ref", "x-kubernetes-int-or-string"}]
    assert [path for path in untyped if "const" not in path] == []
