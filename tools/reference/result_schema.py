"""`docs/schema/*-result.json`: what the JSON of a run and of a comparison hold, from the models that write them."""

from typing import Any, Final

import msgspec

from telemetry_loadtest.comparison_results import FORMAT as COMPARISON_FORMAT
from telemetry_loadtest.comparison_results import Comparison
from telemetry_loadtest.results import FORMAT, Result

DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"


def build_result_schema() -> str:
    return _schema(Result, FORMAT, "The result of a benchmark")


def build_comparison_schema() -> str:
    return _schema(Comparison, COMPARISON_FORMAT, "The result of a comparison")


def _schema(kind: type, name: str, title: str) -> str:
    schema = msgspec.json.schema(kind, schema_hook=_anything)
    whole = {"$schema": DIALECT, "$id": f"urn:{name}", "title": title, **schema}
    return msgspec.json.format(msgspec.json.encode(whole), indent=2).decode() + "\n"


def _anything(kind: type) -> dict[str, Any]:
    """Describe values of the engine's plan: any JSON."""
    if kind is object:
        return {"description": "any JSON value"}
    raise NotImplementedError(kind)
