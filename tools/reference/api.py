"""`docs/api.md`: every endpoint, what it takes and every answer, from the committed OpenAPI documents."""

import json
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Any, Final, NamedTuple

from tools.reference.examples import answer_example, request_example, shown_json
from tools.reference.markdown import anchor, code, fenced, one_line, page, table
from tools.reference.problems import build_problem_table
from tools.reference.schemas import in_words

DOCUMENTS: Final = Path(__file__).parents[2] / "docs" / "openapi"
INTRO: Final = """\
# API

Two programs answer: the **producer** takes readings in, **analytics** answers questions about them. On one machine
`telemetryctl status` prints their addresses; the examples take them from `$PRODUCER` and `$ANALYTICS`, as
[README.md](../README.md#send-and-ask-with-curl) sets them; `$TOKEN` has the scope that is needed. Both serve their
OpenAPI document at `/openapi.json`; it is committed in [openapi/](openapi).

- **Who asks** is told by `Authorization: Bearer CREDENTIAL`: a device's key, which writes and reads that device
  alone, or a token with the scopes `readings:write`, `readings:read` or `admin`
  ([contract.md](contract.md#device-keys-and-tokens)).
- **Times** are RFC 3339 with a zone, answers in UTC with microseconds. A range is half-open: `from` is in it, `to` is
  not. In a query the `+` of a zone is `%2B`.
- **Pages** end with a `cursor`, null on the last page. Ask the same query with it for the next one. A limit above the
  cap is refused, never cut down.
- **Devices that begin with `_`** are the platform's own: left out of lists, counts and digests.
- **What goes wrong** is a body of type `application/problem+json` (RFC 9457) with a stable `type` and `code`;
  [Problems](#problems) says what to do about each. Any path may also answer `method-not-allowed`, `not-found` where
  there is no such path, and `internal`.
- **Answers that may be cached** carry `Cache-Control`, and their `Age`.

This page is made from the OpenAPI documents by `make docs`.
"""
PROBLEMS: Final = """\
## Problems

`type` and `code` are stable and may be branched on; `title` and `detail` are for people. `errors` points to each
fault (RFC 6901), `retry_after` is in seconds and exact, the header `Retry-After` rounds it up. Sending a reading
again is always safe: with the same id, or without one with the same content, it is the same reading.
"""
JSON: Final = "application/json"
UNSAID: Final = "Successful Response"  # FastAPI's word for a model without a docstring
METHODS: Final = ("get", "put", "post", "delete", "patch")


class Operation(NamedTuple):
    """One endpoint and method of a program's document."""

    program: str
    method: str
    path: str
    content: Mapping[str, Any]

    @property
    def heading(self) -> str:
        return f"{self.method.upper()} {self.path}"


def load_document(program: str) -> dict[str, Any]:
    document: dict[str, Any] = json.loads((DOCUMENTS / f"{program}.json").read_text())
    return document


def operations_of(program: str, document: Mapping[str, Any]) -> Iterator[Operation]:
    for path, item in document["paths"].items():
        yield from (Operation(program, method, path, item[method]) for method in METHODS if method in item)


def build_api() -> str:
    documents = {path.stem: load_document(path.stem) for path in sorted(DOCUMENTS.glob("*.json"), reverse=True)}
    parts = [INTRO]
    for program, document in documents.items():
        parts += [f"## {program.capitalize()}", document["info"].get("description", "")]
        for operation in operations_of(program, document):
            parts += _describe(operation, document["components"]["schemas"])
    return page(*parts, *_bodies(documents), PROBLEMS, build_problem_table())


def _describe(operation: Operation, schemas: Mapping[str, Any]) -> Iterator[str]:
    content = operation.content
    yield f"### {operation.heading}"
    yield content["summary"] + "."
    yield content.get("description", "")
    if parameters := content.get("parameters"):
        yield table(["parameter", "in", "value", "meaning"], [_parameter_row(it) for it in parameters])
    if "requestBody" in content:
        yield "The body is JSON: " + " or ".join(_takes(content["requestBody"]["content"][JSON]["schema"]))
        yield _fields(_object_in(content["requestBody"]["content"][JSON]["schema"]))
    answers = [*_successes(content), *_problems(content["responses"])]
    yield table(["answer", "body", "meaning"], answers)
    host = operation.program.upper()
    yield fenced(request_example(operation.method, operation.path, content, host, "TOKEN"), "sh")
    yield from _answer(operation, schemas)


def _parameter_row(parameter: Mapping[str, Any]) -> list[str]:
    schema = parameter["schema"]
    needed = " (required)" if parameter["required"] and parameter["in"] != "path" else ""
    value = in_words(schema) + (f", default {code(schema['default'])}" if "default" in schema else "")
    return [code(parameter["name"]) + needed, parameter["in"], value, parameter.get("description", "")]


def _takes(schema: Mapping[str, Any]) -> Iterator[str]:
    for one in schema.get("anyOf", [schema]):
        if one.get("type") == "array":
            yield "a list of them."
        elif "$ref" in one:
            yield _link(one["$ref"].rpartition("/")[2])
        else:
            yield "one object with these fields,"


def _object_in(schema: Mapping[str, Any]) -> Mapping[str, Any]:
    found: Mapping[str, Any] = next((one for one in schema.get("anyOf", [schema]) if one.get("type") == "object"), {})
    return found


def _fields(schema: Mapping[str, Any]) -> str:
    rows = [_field_row(name, of, schema.get("required", ())) for name, of in schema.get("properties", {}).items()]
    if not rows:
        return ""
    if not any(meaning for *_, meaning in rows):
        return table(["field", "value"], [row[:2] for row in rows])
    return table(["field", "value", "meaning"], rows)


def _field_row(name: str, schema: Mapping[str, Any], required: Collection[str]) -> list[str]:
    optional = "" if name in required else " (optional)"
    return [code(name) + optional, in_words(schema, _link), schema.get("description", "")]


def _successes(content: Mapping[str, Any]) -> Iterator[list[str]]:
    for status, response in content["responses"].items():
        if status < "300":
            bodies = response.get("content", {})
            named = [in_words(of["schema"], _link) if media == JSON else code(media) for media, of in bodies.items()]
            meaning = response["description"].split("\n\n")[0]
            yield [status, " or ".join(named), content["summary"] if meaning == UNSAID else meaning]


def _problems(responses: Mapping[str, Any]) -> Iterator[list[str]]:
    for status, response in responses.items():
        if status >= "400":
            yield [status, "[Problem](#problems)", response["description"]]


def _answer(operation: Operation, schemas: Mapping[str, Any]) -> Iterator[str]:
    responses = operation.content["responses"]
    success = next(response for status, response in responses.items() if status < "300")
    body = success.get("content", {}).get(JSON)
    if body:
        yield fenced(shown_json(answer_example(body["schema"], schemas)), "json")


def _bodies(documents: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    schemas = {name: of for document in documents.values() for name, of in document["components"]["schemas"].items()}
    yield "## Bodies"
    for name, schema in sorted(schemas.items()):
        yield f"### {name}"
        yield one_line(schema.get("description", ""))
        yield _fields(schema) or in_words(schema)


def _link(name: str) -> str:
    return f"[{name}](#{anchor(name)})"
