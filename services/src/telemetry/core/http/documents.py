"""The OpenAPI document of an app whose bodies are msgspec models: one schema source, FastAPI's document around it."""

import inspect
from collections.abc import Iterable, Mapping
from typing import Any, Final

import msgspec
from fastapi import FastAPI
from starlette.responses import Response

from telemetry_contract.problems import CONTENT_TYPE, Problem, ProblemKind

_REFERENCE: Final = "#/components/schemas/{name}"


def json_response(body: object, headers: Mapping[str, str] | None = None, status: int = 200) -> Response:
    return Response(msgspec.json.encode(body), status, headers, media_type="application/json")


def answers(model: type | None, *problems: ProblemKind, status: int = 200) -> dict[int | str, dict[str, Any]]:
    """Return what a route documents as its answers: the model on success, a problem for each kind of failure."""
    failures: dict[int | str, dict[str, Any]] = {}
    for kind in problems:
        entry = failures.setdefault(
            kind.status, {"description": "", "content": {CONTENT_TYPE: {"schema": _ref(Problem)}}}
        )
        entry["description"] = ", ".join(filter(None, [entry["description"], f"`{kind.code}`: {kind.title}"]))
    if model is None:
        return failures
    success = {
        "description": inspect.cleandoc(model.__doc__ or ""),
        "content": {"application/json": {"schema": _ref(model)}},
    }
    return {status: success, **failures}


def _ref(model: type) -> dict[str, Any]:
    return {"$ref": _REFERENCE.format(name=model.__name__)}


def complete_document(app: FastAPI, models: Iterable[type], paths: Mapping[str, Any] | None = None) -> None:
    """Make the app's document whole: the models' schemas, and the paths of routes that stand ahead of FastAPI."""
    original = app.openapi

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            document = original()
            components = document.setdefault("components", {})
            _, schemas = msgspec.json.schema_components([Problem, *models], ref_template=_REFERENCE)
            components["schemas"] = {name: _dedented(schema) for name, schema in sorted(schemas.items())}
            components["securitySchemes"] = _BEARER_SCHEME
            document["paths"] = dict(sorted({**document.get("paths", {}), **(paths or {})}.items()))
            document["security"] = [{"bearer": []}]
            app.openapi_schema = document
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign] # FastAPI's documented way to extend the document


def _dedented(schema: dict[str, Any]) -> dict[str, Any]:
    """From Python 3.13 on the compiler itself takes the indentation out of docstrings."""
    return schema | {"description": inspect.cleandoc(schema["description"])} if "description" in schema else schema


_BEARER_SCHEME: Final = {
    "bearer": {"type": "http", "scheme": "bearer", "description": "A device key (`kid.generation.MAC`) or a token"}
}
