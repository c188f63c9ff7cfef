"""What may go wrong between the operator and the API server, in the API server's own words."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Final


class ClusterError(Exception):
    """A request to the API server failed."""

    def __init__(self, message: str, *, status: int | None = None, reason: str | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.reason = reason
        """The API server's own word for the failure, such as `AlreadyExists`."""


class NotFoundError(ClusterError):
    """There is no such object, or no such kind."""


class ConflictError(ClusterError):
    """Somebody else was first: the object is not as the request supposed."""


class AlreadyExistsError(ConflictError):
    """An object of this name stands already."""


class ForbiddenError(ClusterError):
    """Missing rights, a quota, or an admission policy."""


class RefusedError(ClusterError):
    """The API server holds the object for wrong: the same request will never succeed."""


class UnavailableError(ClusterError):
    """The API server did not answer in time, or could not: the same request may succeed later."""


_BY_STATUS: Final[Mapping[int, type[ClusterError]]] = {
    HTTPStatus.BAD_REQUEST: RefusedError,
    HTTPStatus.UNAUTHORIZED: ForbiddenError,
    HTTPStatus.FORBIDDEN: ForbiddenError,
    HTTPStatus.NOT_FOUND: NotFoundError,
    HTTPStatus.METHOD_NOT_ALLOWED: RefusedError,
    HTTPStatus.CONFLICT: ConflictError,
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: RefusedError,
    HTTPStatus.UNPROCESSABLE_ENTITY: RefusedError,
}


def error_of(status: int, answer: Mapping[str, Any], request: str) -> ClusterError:
    """Error that an answer above 299 stands for.

    Args:
        status: of HTTP.
        answer: The API server's `Status` object; empty where a proxy answered in its place.
        request: method and path, to find it again.
    """
    reason = answer.get("reason")
    kind = AlreadyExistsError if reason == "AlreadyExists" else _BY_STATUS.get(status, UnavailableError)
    words = answer.get("message") or f"the API server answered {status}"
    return kind(f"{words} ({request})", status=status, reason=reason)
