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
    """Not JSON, not UTF-8, or neither an object nor a list. Fix: the body; the same one is refused again."""
    UNAUTHORIZED = ("unauthorized", 401, "A valid key or token is needed")
    """No credential, or one that proves nothing: wrong, expired or revoked. An unknown device gets the same answer.
    Fix: the `Authorization` header."""
    FORBIDDEN_DEVICE = ("forbidden-device", 403, "This key is another device's")
    """A device key allows its own device alone. Fix: the device or the key."""
    MISSING_SCOPE = ("missing-scope", 403, "This token does not allow that")
    """The token is good, and does not reach so far. Fix: a token with the scope that `detail` names."""
    NOT_FOUND = ("not-found", 404, "There is no such thing here")
    """No such path, or nothing is kept of this device. Give up: unless its first reading is still on its way."""
    METHOD_NOT_ALLOWED = ("method-not-allowed", 405, "This method is not allowed here")
    """`Allow` says which are. Fix: the method."""
    RECEIVE_TIMEOUT = ("receive-timeout", 408, "The body did not arrive in time")
    """The connection is closed. Retry: with the same ids, in smaller bodies where the line is slow."""
    CONFLICT = ("conflict", 409, "This identity is stored with other content")
    """The same device, time and id with other content; what is stored stays. Fix: give a new reading an id of its own.
    """
    BODY_TOO_LARGE = ("body-too-large", 413, "The body is too large")
    """As sent, or after gzip; `detail` says the limit. Fix: send it in parts."""
    BATCH_TOO_LARGE = ("batch-too-large", 413, "The batch has too many readings")
    """More than a request may hold, or than the caller's burst can ever have room for. Fix: send it in parts."""
    UNSUPPORTED_TYPE = ("unsupported-type", 415, "This type or encoding of body is not understood")
    """JSON is understood, as it is or in gzip. Fix: `Content-Type` or `Content-Encoding`."""
    NONE_ACCEPTED = ("none-accepted", 422, "None of the readings was accepted")
    """A list whose items were refused for different reasons. Fix: each item, by its own problem."""
    INVALID_READING = ("invalid-reading", 422, "The reading is not valid")
    """`errors` points to each fault. Fix: the reading; the same one is refused again."""
    READING_TOO_OLD = ("reading-too-old", 422, "The reading is older than the platform keeps")
    """It would be dropped at once. Give up: it cannot be stored here."""
    READING_IN_FUTURE = ("reading-in-future", 422, "The reading's time lies in the future")
    """Further ahead than clocks may differ. Fix: the device's clock."""
    INVALID_PARAMETER = ("invalid-parameter", 422, "A parameter is not valid")
    """`errors` points to each. Fix: the query or the path."""
    INVALID_CURSOR = ("invalid-cursor", 422, "The cursor is not of this query")
    """A cursor goes on with the query that gave it. Fix: begin again without it, or ask the same query."""
    RANGE_TOO_LARGE = ("range-too-large", 422, "The range holds more than one answer may be made from")
    """More buckets or readings than one answer may be made from; refused, not cut down. Fix: a shorter range, longer
    buckets or fewer metrics."""
    RATE_LIMITED = ("rate-limited", 429, "Too many readings")
    """`limit` says which limit, `remaining` how much is left of it. Retry: after `retry_after`, with the same ids."""
    INTERNAL = ("internal", 500, "The platform failed")
    """A fault of ours, told in the log. Retry: with growing pauses and the same ids; then report it."""
    UNAVAILABLE = ("unavailable", 503, "What this answer depends on is away")
    """What is acknowledged to, or asked, does not answer; whether a reading was taken is not known. Retry: after
    `retry_after`, with the same ids."""
    BUFFER_TOO_OLD = ("buffer-too-old", 503, "Readings wait too long to be stored")
    """The store has been away for so long that new readings could push out old ones. Retry: after `retry_after`, with
    the same ids."""
    SATURATED = ("saturated", 503, "The platform carries as much as it can")
    """As much waits already as may. Retry: after `retry_after`, with the same ids."""
    DRAINING = ("draining", 503, "This process is shutting down")
    """Another process takes the next request. Retry: after `retry_after`, on a new connection, with the same ids."""

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
