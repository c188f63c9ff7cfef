"""The producer as an ASGI app: the two ingest routes ahead of FastAPI, which answers everything else.

The ingest routes are the hot path. A request there costs no task, no dependency and no pydantic model of ours; what
goes wrong in it is a problem like everywhere else.
"""

from typing import Final, NamedTuple

import structlog
from fastapi import FastAPI
from starlette.types import ASGIApp, Receive, Scope, Send

from telemetry.core.http.documents import complete_document
from telemetry.core.http.problems import SATURATED, ProblemError, allowed_methods, install_problem_handlers
from telemetry.core.http.whole import Answer, problem_answer, refuse_method, send_answer
from telemetry.core.metrics import RequestMetrics, begin_request, end_request
from telemetry.producer.admission import Admission
from telemetry.producer.body import ClientGoneError
from telemetry.producer.document import MODELS, PATHS
from telemetry.producer.erasing import ErasureRoute, add_erasure
from telemetry.producer.intake import Intake
from telemetry.producer.limits import RateLimitedError
from telemetry_contract.problems import ProblemKind, problem

READINGS_PATH: Final = "/api/v1/readings"
DEVICE_PATH: Final = "/api/v1/devices/{device}/readings"
_PREFIX, _SUFFIX = DEVICE_PATH.split("{device}")
CLIENT_GONE: Final = 499  # nobody gets it: how a request is counted whose client hung up
_ALLOW: Final = allowed_methods("POST")
_SATURATED: Final = problem_answer(SATURATED)  # written once: it is given most often when there is least time for it

log = structlog.get_logger(__name__)


class Target(NamedTuple):
    """An ingest route, and the device that the path names."""

    template: str
    device: str | None


def find_target(path: str) -> Target | None:
    if path == READINGS_PATH:
        return Target(READINGS_PATH, None)
    if path.startswith(_PREFIX) and path.endswith(_SUFFIX):
        device = path[len(_PREFIX) : -len(_SUFFIX)]
        if device and "/" not in device:
            return Target(DEVICE_PATH, device)
    return None


class IngestRoutes:
    """Answers the ingest routes, and passes other requests on."""

    def __init__(self, rest: ASGIApp, intake: Intake, admission: Admission) -> None:
        self._rest = rest
        self._intake = intake
        self._admission = admission

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        target = find_target(scope["path"]) if scope["type"] == "http" else None
        if target is None:
            await self._rest(scope, receive, send)
            return
        scope["route_path"] = target.template
        begun = begin_request()
        status = CLIENT_GONE
        try:
            answer = await self._answer(scope, receive, target)
            status = answer.status
            await send_answer(send, answer)
        except ClientGoneError:
            return
        finally:
            end_request(target.template, scope["method"], status, begun)

    async def _answer(self, scope: Scope, receive: Receive, target: Target) -> Answer:
        try:
            if scope["method"] != "POST":
                return refuse_method(scope["method"], _ALLOW)
            if self._admission.full:
                await self._admission.hold()
            self._admission.enter()
            try:
                return await self._intake.answer(scope, receive, target.device)
            finally:
                self._admission.leave()
        except RateLimitedError as refusal:
            return problem_answer(refusal.body, refusal.headers)
        except ProblemError as refusal:
            if refusal.body is SATURATED:
                return _SATURATED
            # Where the rest of a body may never come the connection is of no more use. Elsewhere it is kept and uvicorn
            # throws away what still comes: to close it then could cost the client our answer.
            stalled = refusal.body.code == ProblemKind.RECEIVE_TIMEOUT.code
            return problem_answer(refusal.body, last=stalled)
        except ClientGoneError:
            raise
        except Exception:
            log.exception("request-failed", route=target.template)
            return problem_answer(problem(ProblemKind.INTERNAL))


def build_api(erasing: ErasureRoute) -> FastAPI:
    """Return what FastAPI answers: erasing, the document and its pages, and problems for every other path."""
    app = FastAPI(title="Telemetry Platform: producer", version="1", docs_url="/docs", redoc_url=None)
    install_problem_handlers(app)
    add_erasure(app, erasing)
    complete_document(app, MODELS, PATHS)
    return app


def build_app(intake: Intake, admission: Admission, erasing: ErasureRoute) -> ASGIApp:
    return IngestRoutes(RequestMetrics(build_api(erasing)), intake, admission)
