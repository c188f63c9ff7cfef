"""Examples of requests and answers, made from their schemas: one value for each name, wherever it stands."""

import json
from collections.abc import Iterable, Mapping
from typing import Any, Final
from urllib.parse import quote, urlencode

Schema = Mapping[str, Any]

WIDTH: Final = 120  # characters; what is longer goes over several lines
NOON: Final = "2026-01-31T12:00:00.000000Z"
# By the name of the field or parameter. A value that its schema does not allow is passed over.
VALUES: Final[dict[str, Any]] = {
    "accepted": 1,
    "balanced": True,
    "bucket": "15m",
    "bucket_seconds": 900,
    "buried_at": NOON,
    "count": 90,
    "cursor": None,
    "detail": "…",
    "device": "pump-7",
    "devices": 101,
    "digest": "bc8c87ed2e07c4275a86c5dcad41611d",
    "duplicate": 2,
    "format": "csv",
    "from": "2026-01-31T12:00:00Z",
    "identity": "af6848f74ade0fc08b1f72a2365e72c9",
    "last": 21.4,
    "last_seen": NOON,
    "letter": "9b2c4a52-1f0e-4e0c-9a3e-2f8b1d6c7a90.3.1042.0",
    "limit": 2,
    "max": 22.1,
    "mean": 21.3,
    "metric": "temperature",
    "min": 20.9,
    "newest": NOON,
    "offset": 1042,
    "offsets_passed": 120,
    "oldest": "2026-01-01T00:00:00.000000Z",
    "p50": 21.3,
    "p95": 21.9,
    "partition": 3,
    "readings": 240,
    "records_read": 120,
    "start": NOON,
    "status": "stored",
    "storage_bytes": 81_920,
    "stored": 238,
    "time": NOON,
    "to": "2026-01-31T13:00:00Z",
    "topic_id": "9b2c4a52-1f0e-4e0c-9a3e-2f8b1d6c7a90",
    "value": 21.4,
}
# Parameters that are shown although they may be left out; others are shown where they are required.
SHOWN: Final = ("device", "metric", "limit", "format")
_PLAIN: Final[dict[str, Any]] = {
    "boolean": True,
    "integer": 0,
    "null": None,
    "number": 21.4,
    "string": "…",
}


def answer_example(schema: Schema, schemas: Mapping[str, Schema], name: str = "") -> Any:  # noqa: ANN401 - JSON
    """Return a value that the schema allows; what may be left out and has no value of its own is left out."""
    schema = _resolve(schema, schemas)
    kinds = _kinds(schema, schemas)
    if name in VALUES and _allows(schema, kinds, VALUES[name]):
        return VALUES[name]
    if "enum" in schema:
        return schema["enum"][0]
    inner = _first(schema, schemas)
    if inner.get("type") == "object":
        return _object(inner, schemas)
    if inner.get("type") == "array":
        return [answer_example(inner["items"], schemas, name)]
    return _PLAIN[_as_list(inner.get("type", "number"))[0]]


def request_example(method: str, path: str, operation: Schema, host: str, credential: str) -> str:
    """Return a curl line of an operation, with the shell's variables for address and credential."""
    parameters = operation.get("parameters", [])
    shown = [it for it in parameters if it["in"] == "query" and (it["required"] or it["name"] in SHOWN)]
    query = urlencode([(it["name"], VALUES[it["name"]]) for it in shown], safe=":")
    for it in parameters:
        if it["in"] == "path":
            path = path.replace(f"{{{it['name']}}}", quote(VALUES[it["name"]]))
    lines = [f'curl -sS "${host}{path}{"?" + query if query else ""}" -H "Authorization: Bearer ${credential}"']
    if method not in {"get", "post"}:
        lines[0] = lines[0].replace("-sS", f"-sS -X {method.upper()}")
    if "requestBody" in operation:
        body = answer_example(operation["requestBody"]["content"]["application/json"]["schema"], {})
        lines += ["    -H 'Content-Type: application/json'", f"    -d '{json.dumps(body, ensure_ascii=False)}'"]
    return " \\\n".join(lines)


def shown_json(value: object) -> str:
    short = json.dumps(value, ensure_ascii=False)
    return short if len(short) <= WIDTH else json.dumps(value, ensure_ascii=False, indent=2)


def _object(schema: Schema, schemas: Mapping[str, Schema]) -> dict[str, Any]:
    inner = schema.get("additionalProperties")
    if isinstance(inner, Mapping) and inner:
        return {"temperature": answer_example(inner, schemas, "value")}
    properties = schema.get("properties", {})
    required = schema.get("required", ())
    shown = {it: of for it, of in properties.items() if it in required or it in VALUES}
    return {it: answer_example(of, schemas, it) for it, of in shown.items()}


def _resolve(schema: Schema, schemas: Mapping[str, Schema]) -> Schema:
    reference = schema.get("$ref")
    return _resolve(schemas[reference.rpartition("/")[2]], schemas) if reference else schema


def _first(schema: Schema, schemas: Mapping[str, Schema]) -> Schema:
    """Return the first of several things that a value may be, null last."""
    several = schema.get("anyOf") or schema.get("oneOf")
    if not several:
        return schema
    resolved = [_resolve(one, schemas) for one in several]
    return _first(next((one for one in resolved if one.get("type") != "null"), resolved[0]), schemas)


def _kinds(schema: Schema, schemas: Mapping[str, Schema]) -> set[str]:
    several = schema.get("anyOf") or schema.get("oneOf") or ()
    own = _as_list(schema["type"]) if "type" in schema else ["string"] if "enum" in schema else []
    return {*own, *(kind for one in several for kind in _kinds(_resolve(one, schemas), schemas))}


def _allows(schema: Schema, kinds: Iterable[str], value: object) -> bool:
    if "enum" in schema:
        return value in schema["enum"]
    fitting = {bool: {"boolean"}, int: {"integer", "number"}, float: {"number"}, str: {"string"}, type(None): {"null"}}
    return bool(fitting[type(value)] & set(kinds))


def _as_list(kinds: str | list[str]) -> list[str]:
    return [kinds] if isinstance(kinds, str) else kinds
