"""`docs/schema/benchmark-result.json`: what a run's JSON holds, from the models that write and read it."""

from typing import Any, Final

import msgspec

from telemetry_loadtest.results import FORMAT, Result

DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"


def build_result_schema() -> str:
    schema = msgspec.json.schema(Result, schema_hook=_anything)
    whole = {"$schema": DIALECT, "$id": f"urn:{FORMAT}", "title": "The result of a benchmark", **schema}
    return msgspec.json.format(msgspec.json.encode(whole), indent=2).decode() + "\n"


def _anything(kind: type) -> dict[str, Any]:
    """Describe values of the engine's plan: any JSON."""
    if kind is object:
        return {"description": "any JSON value"}
    raise NotImplementedError(kind)
