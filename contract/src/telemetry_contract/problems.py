"""Every kind of problem that the API answers with: RFC 9457 `application/problem+json`.

`type` and `code` are stable: a client may branch on them. Titles and details are for people and may change.
"""

from enum import Enum
from typing import Final

import msgspec

from telemetry_contract.faults import Fault

CONTENT_TYPE: Final = "application/problem+json"
TYPE_PREFIX: Final = "https://telemetry.dev/problems/"


class ProblemKind(Enum):
    """A kind of problem: its stable code, its HTTP status and its title."""

    MALFORMED_BODY = ("malformed-body", 400, "The body cannot be read")
    UNAUTHORIZED = ("unauthorized", 401, "A valid key or token is needed")
    FORBIDDEN_DEVICE = ("forbidden-device", 403, "This key is another device's")
    MISSING_SCOPE = ("missing-scope", 403, "This token does not allow that")
    NOT_FOUND = ("not-found", 404, "There is no such thing here")
    METHOD_NOT_ALLOWED = ("method-not-allowed", 405, "This method is not allowed here")
    RECEIVE_TIMEOUT = ("receive-timeout", 408, "The body did not arrive in time")
    CONFLICT = ("conflict", 409, "This identity is stored with other content")
    BODY_TOO_LARGE = ("body-too-large", 413, "The body is too large")
    BATCH_TOO_LARGE = ("batch-too-large", 413, "The batch has too many readings")
    UNSUPPORTED_TYPE = ("unsupported-type", 415, "This type or encoding of body is not understood")
    NONE_ACCEPTED = ("none-accepted", 422, "None of the readings was accepted")
    INVALID_READING = ("invalid-reading", 422, "The reading is not valid")
    READING_TOO_OLD = ("reading-too-old", 422, "The reading is older than the platform keeps")
    READING_IN_FUTURE = ("reading-in-future", 422, "The reading's time lies in the future")
    INVALID_PARAMETER = ("invalid-parameter", 422, "A parameter is not valid")
    INVALID_CURSOR = ("invalid-cursor", 422, "The cursor is not of this query")
    RANGE_TOO_LARGE = ("range-too-large", 422, "The range holds more than one answer may be made from")
    RATE_LIMITED = ("rate-limited", 429, "Too many readings")
    INTERNAL = ("internal", 500, "The platform failed")
    UNAVAILABLE = ("unavailable", 503, "What this answer depends on is away")
    BUFFER_TOO_OLD = ("buffer-too-old", 503, "Readings wait too long to be stored")
    SATURATED = ("saturated", 503, "The platform carries as much as it can")
    DRAINING = ("draining", 503, "This process is shutting down")

    def __init__(self, code: str, status: int, title: str) -> None:
        self.code = code
        self.status = status
        self.title = title

    @property
    def type(self) -> str:
        """The URI that names the kind."""
        return TYPE_PREFIX + self.code


class Problem(msgspec.Struct, frozen=True, omit_defaults=True):
    """The body of a problem response, and of an item of a batch that was not accepted."""

    type: str
    code: str
    title: str
    status: int
    detail: str | None = None
    errors: tuple[Fault, ...] | None = None
    limit: str | None = None
    remaining: float | None = None
    retry_after: float | None = None


def problem(
    kind: ProblemKind,
    detail: str | None = None,
    *,
    errors: tuple[Fault, ...] | None = None,
    limit: str | None = None,
    remaining: float | None = None,
    retry_after: float | None = None,
) -> Problem:
    """Return a problem of a kind; `retry_after` is in seconds, `limit` names the limit that was met."""
    return Problem(kind.type, kind.code, kind.title, kind.status, detail, errors, limit, remaining, retry_after)
