"""Answering with problems: RFC 9457 bodies for whatever goes wrong, ours and the framework's."""

import math
from collections.abc import Mapping
from typing import Final

import msgspec
import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import Response

from telemetry.core.ports import Saturated, Unavailable
from telemetry_contract.faults import Fault
from telemetry_contract.problems import CONTENT_TYPE, Problem, ProblemKind, problem

log = structlog.get_logger(__name__)

RETRY_SECONDS: Final = 1.0
SATURATED: Final = problem(ProblemKind.SATURATED, retry_after=RETRY_SECONDS)

_BY_STATUS: Final = {404: ProblemKind.NOT_FOUND, 405: ProblemKind.METHOD_NOT_ALLOWED}


class ProblemError(Exception):
    """A request ends here with this problem."""

    def __init__(self, body: Problem) -> None:
        super().__init__(body.code)
        self.body = body


def problem_response(body: Problem, headers: Mapping[str, str] | None = None) -> Response:
    return Response(
        msgspec.json.encode(body),
        body.status,
        media_type=CONTENT_TYPE,
        headers={**problem_headers(body), **(headers or {})},
    )


def problem_headers(body: Problem) -> dict[str, str]:
    """Return the headers that belong to a problem: when to retry, how to authenticate."""
    if body.retry_after is not None:
        return {"retry-after": str(max(1, math.ceil(body.retry_after)))}
    if body.status == ProblemKind.UNAUTHORIZED.status:
        return {"www-authenticate": "Bearer"}
    return {}


def unavailable_problem(error: Unavailable) -> Problem:
    kind = ProblemKind.SATURATED if isinstance(error, Saturated) else ProblemKind.UNAVAILABLE
    return problem(kind, error.detail, retry_after=error.retry_after)


def allowed_methods(methods: str) -> str:
    """Return the value of `allow` for a path with these methods: every path answers OPTIONS with it."""
    return ", ".join(filter(None, (methods, "OPTIONS")))


def install_problem_handlers(app: FastAPI) -> None:
    """Make every failure of the app a problem: none shows a stack trace, none is a body of another form."""

    @app.exception_handler(ProblemError)
    async def _(_: Request, error: ProblemError) -> Response:
        return problem_response(error.body)

    @app.exception_handler(Unavailable)
    async def _(_: Request, error: Unavailable) -> Response:
        return problem_response(unavailable_problem(error))

    @app.exception_handler(RequestValidationError)
    async def _(_: Request, error: RequestValidationError) -> Response:
        faults = tuple(Fault("/" + "/".join(map(str, it["loc"])), it["type"], it["msg"]) for it in error.errors())
        return problem_response(problem(ProblemKind.INVALID_PARAMETER, errors=faults))

    @app.exception_handler(HTTPException)
    async def _(request: Request, error: HTTPException) -> Response:
        kind = _BY_STATUS.get(error.status_code, ProblemKind.INTERNAL)
        if kind is not ProblemKind.METHOD_NOT_ALLOWED:
            return problem_response(problem(kind), error.headers)
        headers = {"allow": allowed_methods((error.headers or {}).get("Allow", ""))}
        return Response(None, 204, headers) if request.method == "OPTIONS" else problem_response(problem(kind), headers)

    @app.exception_handler(Exception)
    async def _(request: Request, error: Exception) -> Response:
        log.error("request-failed", method=request.method, exc_info=error)
        return problem_response(problem(ProblemKind.INTERNAL))
