"""The ingest routes in the OpenAPI document: they stand ahead of FastAPI, which therefore does not know them."""

from typing import Any, Final

from telemetry.core.http.documents import answers
from telemetry_contract.api import Accepted, BatchAnswer, BatchProblem, Erasure
from telemetry_contract.problems import CONTENT_TYPE, Problem, ProblemKind
from telemetry_contract.readings import DEVICE_PATTERN, MAX_ID, MAX_METRIC_NAME, MAX_SAFE_INTEGER, MAX_STRING
from telemetry_contract.readings import METRIC_PATTERN as METRIC

MODELS: Final[tuple[type, ...]] = (Accepted, BatchAnswer, BatchProblem, Erasure)

_PROBLEMS: Final = (
    ProblemKind.MALFORMED_BODY,
    ProblemKind.UNAUTHORIZED,
    ProblemKind.FORBIDDEN_DEVICE,
    ProblemKind.MISSING_SCOPE,
    ProblemKind.RECEIVE_TIMEOUT,
    ProblemKind.CONFLICT,
    ProblemKind.BODY_TOO_LARGE,
    ProblemKind.BATCH_TOO_LARGE,
    ProblemKind.UNSUPPORTED_TYPE,
    ProblemKind.NONE_ACCEPTED,
    ProblemKind.INVALID_READING,
    ProblemKind.READING_TOO_OLD,
    ProblemKind.READING_IN_FUTURE,
    ProblemKind.INVALID_PARAMETER,
    ProblemKind.RATE_LIMITED,
    ProblemKind.UNAVAILABLE,
    ProblemKind.BUFFER_TOO_OLD,
    ProblemKind.SATURATED,
    ProblemKind.DRAINING,
)
# What a list of which nothing was accepted may answer with: its items say why, each for itself.
_BATCH_STATUSES: Final = (403, 409, 413, 422, 429, 503)

_DEVICE: Final = {"type": "string", "pattern": f"^{DEVICE_PATTERN}$"}
_VALUE: Final = {
    "anyOf": [
        {"type": "number", "description": f"Finite; integers within ±{MAX_SAFE_INTEGER}"},
        {"type": "boolean"},
        {"type": "string", "maxLength": MAX_STRING},
    ]
}


def _reading(*required: str) -> dict[str, Any]:
    return {
        "type": "object",
        "description": "What one device measured at one time",
        "required": ["time", "metrics", *required],
        "additionalProperties": False,
        "properties": {
            "device": _DEVICE,
            "time": {"type": "string", "format": "date-time", "description": "RFC 3339 with a zone"},
            "metrics": {
                "type": "object",
                "minProperties": 1,
                "propertyNames": {"pattern": f"^{METRIC}$", "maxLength": MAX_METRIC_NAME},
                "additionalProperties": _VALUE,
            },
            "id": {
                "type": ["string", "null"],
                "minLength": 1,
                "maxLength": MAX_ID,
                "description": "The client's own; left out, the content names the reading",
            },
        },
    }


def _operation(name: str, summary: str, reading: dict[str, Any], parameters: list[dict[str, Any]]) -> dict[str, Any]:
    schema = {"anyOf": [reading, {"type": "array", "minItems": 1, "items": reading}]}
    return {
        "post": {
            "operationId": name,
            "summary": summary,
            "description": _DESCRIPTION,
            "tags": ["readings"],
            "parameters": [*parameters, _ENCODING],
            "requestBody": {"required": True, "content": {"application/json": {"schema": schema}}},
            "responses": _responses(),
        }
    }


def _responses() -> dict[str, Any]:
    either = {"oneOf": [{"$ref": "#/components/schemas/Accepted"}, {"$ref": "#/components/schemas/BatchAnswer"}]}
    responses = {str(status): entry for status, entry in answers(None, *_PROBLEMS).items()}
    for status in _BATCH_STATUSES:
        problems = [_reference(Problem), _reference(BatchProblem)]
        responses[str(status)]["content"] = {CONTENT_TYPE: {"schema": {"anyOf": problems}}}
    for status in (429, 503):
        responses[str(status)]["headers"] = {"Retry-After": {"schema": {"type": "integer"}, "description": "Seconds"}}
    responses["401"]["headers"] = {"WWW-Authenticate": {"schema": {"type": "string"}}}
    return {
        "200": _json("All readings are stored in PostgreSQL, now or before", either),
        "202": _json("All are accepted; those that say `queued` are in Kafka, on all in-sync replicas", either),
        "207": _json("Some readings of the list are accepted, each item says which", _reference(BatchAnswer)),
        **dict(sorted(responses.items())),
    }


def _json(description: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {"description": description, "content": {"application/json": {"schema": schema}}}


def _reference(model: type) -> dict[str, Any]:
    return {"$ref": f"#/components/schemas/{model.__name__}"}


_DESCRIPTION: Final = """\
Takes one reading or a list. A 2xx answer means durable: `stored` in PostgreSQL or `queued` in Kafka, `duplicate` where
the same reading is stored already. Sending a reading again is always safe.

A list is answered item by item, in the order sent. If none of it is accepted the answer is a problem that carries the
items: 503 if sending again may help, otherwise the status that all items share, otherwise 422 `none-accepted`."""

_ENCODING: Final = {
    "name": "Content-Encoding",
    "in": "header",
    "required": False,
    "schema": {"type": "string", "enum": ["gzip", "identity"]},
}
_DEVICE_PARAMETER: Final = {"name": "device", "in": "path", "required": True, "schema": _DEVICE}

PATHS: Final = {
    "/api/v1/devices/{device}/readings": _operation(
        "send_device_readings", "Send readings of one device", _reading(), [_DEVICE_PARAMETER]
    ),
    "/api/v1/readings": _operation("send_readings", "Send readings of many devices", _reading("device"), []),
}
