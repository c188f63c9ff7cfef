"""JSON Schema in words: what a value may be, in the space of a table's cell."""

import re
from collections.abc import Callable, Mapping
from typing import Any, Final

from telemetry_operator.specs import duration, quantity
from tools.reference.markdown import code

Schema = Mapping[str, Any]
Link = Callable[[str], str]

LONGEST_PATTERN: Final = 40  # characters; a longer one tells a reader nothing
_BOUNDS: Final = {
    "minimum": "at least {}",
    "exclusiveMinimum": "more than {}",
    "maximum": "at most {}",
    "exclusiveMaximum": "less than {}",
    "minLength": "of {} characters or more",
    "maxLength": "of at most {} characters",
    "maxItems": "at most {}",
}
_TYPES: Final = {
    "integer": "whole number",
    "number": "number",
    "string": "text",
    "boolean": "`true`, `false`",
    "object": "object",
    "array": "list",
    "null": "null",
}
_FORMATS: Final = {"date-time": "time (RFC 3339 with a zone)", "path": "path of a file", "password": "text, secret"}
_WORDS: Final = re.compile(r"\^\(([\w|]+)\)\$")
_FORMS: Final = {duration.SCHEMA["pattern"]: "duration", quantity.SCHEMA["pattern"]: "quantity"}


def in_words(schema: Schema, link: Link = code) -> str:
    """Describe what a schema allows; `link` says how another schema is named."""
    if "$ref" in schema:
        return link(schema["$ref"].rpartition("/")[2])
    if len(schema.get("allOf", ())) == 1:
        return in_words(schema["allOf"][0], link)
    for several in ("anyOf", "oneOf"):
        if several in schema and "pattern" not in schema:
            return " or ".join(dict.fromkeys(in_words(one, link) for one in schema[several]))
    if "const" in schema:
        return code(schema["const"])
    if choices := schema.get("enum") or _choices(schema.get("pattern", "")):
        return ", ".join(code(value) for value in choices)
    return _FORMS.get(schema.get("pattern")) or _plain(schema, link)


def without_null(schema: Schema) -> Schema:
    """Return what a value may be where it is there."""
    if "anyOf" not in schema:
        return schema
    return {**schema, "anyOf": [one for one in schema["anyOf"] if one.get("type") != "null"]}


def _plain(schema: Schema, link: Link) -> str:
    kinds = schema.get("type", [])
    names = [_FORMATS.get(schema.get("format", "")) or _TYPES[kind] for kind in _as_list(kinds)]
    words = " or ".join(names) or "anything"
    if isinstance(schema.get("items"), Mapping):
        words += " of " + in_words(schema["items"], link)
    inner = schema.get("additionalProperties")
    if isinstance(inner, Mapping) and inner:
        words = "map of names to " + in_words(inner, link)
    bounds = [text.format(_number(schema[bound])) for bound, text in _BOUNDS.items() if bound in schema]
    pattern = schema.get("pattern", "")
    return ", ".join([words, *bounds, *([code(pattern)] if 0 < len(pattern) <= LONGEST_PATTERN else [])])


def _number(value: float) -> str:
    return f"{int(value):,}" if value == int(value) else str(value)


def _choices(pattern: str) -> list[str]:
    """Return the words of a pattern that only lists words."""
    found = _WORDS.fullmatch(pattern)
    return found[1].split("|") if found else []


def _as_list(kinds: str | list[str]) -> list[str]:
    return [kinds] if isinstance(kinds, str) else kinds
