"""The newest values of one device: a plain ASGI route ahead of FastAPI, because it is a hot path of the product.

What FastAPI would do for it costs several times what it does itself. It stands in the same OpenAPI document.
"""

from typing import Any, Final
from urllib.parse import parse_qsl

import msgspec
import structlog
from starlette.types import ASGIApp, Receive, Scope, Send

from telemetry.core.api.access import Access
from telemetry.core.api.answers import Answer, Answers, answer_of, freshness_headers
from telemetry.core.api.methods import ALLOW
from telemetry.core.api.newest import Newest
from telemetry.core.api.parameters import parse_arguments, require_device
from telemetry.core.api.routes import UNKNOWN_DEVICE
from telemetry.core.http import whole
from telemetry.core.http.documents import answers
from telemetry.core.http.problems import SATURATED, ProblemError, unavailable_problem
from telemetry.core.http.whole import JSON, PROBLEM, make_answer, problem_answer, refuse_method, send_answer
from telemetry.core.metrics import begin_request, end_request
from telemetry.core.ports import NoRoom, Unavailable
from telemetry.core.spacing import Spacing
from telemetry_contract.api import Latest
from telemetry_contract.problems import ProblemKind, problem
from telemetry_contract.readings import DEVICE_PATTERN

log = structlog.get_logger(__name__)

PREFIX: Final = "/api/v1/devices/"
SUFFIX: Final = "/latest"
TEMPLATE: Final = PREFIX + "{device}" + SUFFIX

_METHODS: Final = frozenset({"GET", "HEAD"})
_UNKNOWN: Final = msgspec.json.encode(UNKNOWN_DEVICE)
_SATURATED: Final = problem_answer(SATURATED)  # written once: it is given most often when there is least time for it


class LatestRoute:
    """Answers requests for one device's newest values, and hands all others on (ASGI)."""

    def __init__(self, app: ASGIApp, answers: Answers, access: Access, newest: Newest, spacing: Spacing) -> None:
        self._app = app
        self._answers = answers
        self._access = access
        self._newest = newest
        self._spacing = spacing

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        device = _device_of(scope["path"]) if scope["type"] == "http" else None
        if device is None:
            await self._app(scope, receive, send)
            return
        scope["route_path"] = TEMPLATE
        begun = begin_request()
        status = ProblemKind.INTERNAL.status
        try:
            answer = await self._respond(device, scope)
            status = answer.status
            await send_answer(send, answer.without_body() if scope["method"] == "HEAD" else answer)
        finally:
            end_request(TEMPLATE, scope["method"], status, begun)

    async def _respond(self, device: str, scope: Scope) -> whole.Answer:
        if scope["method"] not in _METHODS:
            return refuse_method(scope["method"], ALLOW)
        try:
            return await self._spacing.let_in(lambda: self._get(device, scope))
        except NoRoom:
            return _SATURATED
        except ProblemError as error:
            return problem_answer(error.body)
        except Unavailable as error:
            return problem_answer(unavailable_problem(error))
        except Exception:
            log.exception("request-failed", method=scope["method"])
            return problem_answer(problem(ProblemKind.INTERNAL))

    async def _get(self, device: str, scope: Scope) -> whole.Answer:
        self._access.require_reader_of(device, _authorization(scope))
        require_device(device)
        if scope["query_string"]:
            parse_arguments(parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True), ())

        async def ask() -> Answer:
            return answer_of(await self._newest.of(device))

        answer = await self._answers.answer("latest", device, ask)
        headers = freshness_headers(answer, self._answers.max_age)
        if answer.body is None:
            return make_answer(ProblemKind.NOT_FOUND.status, [PROBLEM, *headers], _UNKNOWN)
        return make_answer(200, [JSON, *headers], answer.body)


def _device_of(path: str) -> str | None:
    if not path.startswith(PREFIX) or not path.endswith(SUFFIX):
        return None
    device = path[len(PREFIX) : -len(SUFFIX)]
    return device if device and "/" not in device else None


def _authorization(scope: Scope) -> str | None:
    for name, value in scope["headers"]:
        if name == b"authorization":
            return str(value, "latin-1")
    return None


def document_latest() -> dict[str, Any]:
    """Return the route's part of the OpenAPI document's `paths`."""
    kinds = (
        ProblemKind.UNAUTHORIZED, ProblemKind.MISSING_SCOPE, ProblemKind.NOT_FOUND, ProblemKind.INVALID_PARAMETER,
        ProblemKind.SATURATED, ProblemKind.UNAVAILABLE,
    )  # fmt: skip
    device = {"name": "device", "in": "path", "required": True, "schema": {"type": "string", "pattern": DEVICE_PATTERN}}
    operation = {
        "summary": "The newest value of each of a device's metrics",
        "operationId": "get_latest",
        "parameters": [device],
        "responses": {str(status): answer for status, answer in answers(Latest, *kinds).items()},
    }
    return {TEMPLATE: {"get": operation}}
