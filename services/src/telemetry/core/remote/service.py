"""A Reader served to other processes of the platform: an ASGI app ahead of another, on the same port.

It asks for the same tokens as the reader routes do.
"""

from collections.abc import Awaitable, Callable
from typing import Any, Final

import structlog
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from telemetry.core.api.access import Access
from telemetry.core.http.problems import ProblemError, problem_response
from telemetry.core.ports import RangeTooLarge, Reader, Snapshot, Unavailable
from telemetry.core.remote import wire
from telemetry_contract.api import DigestAnswer
from telemetry_contract.problems import ProblemKind, problem

MAX_QUESTION_BYTES: Final = 1 << 20
UNANSWERED: Final = 503

log = structlog.get_logger(__name__)

Answer = Callable[[Any], Awaitable[Snapshot[Any]]]
Method = wire.Method[Any]


class ReaderService:
    """Answers questions under `wire.PREFIX`, and hands all other requests on (ASGI)."""

    def __init__(self, app: ASGIApp, reader: Reader, access: Access) -> None:
        self._app = app
        self._access = access
        self._methods = {method.path: (method, answer) for method, answer in _methods(reader)}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not scope["path"].startswith(wire.PREFIX):
            await self._app(scope, receive, send)
            return
        request = Request(scope, receive)
        try:
            response = await self._respond(request)
        except ProblemError as error:
            response = problem_response(error.body)
        except ClientDisconnect:
            return
        except Exception:
            log.exception("question-failed", path=scope["path"])
            response = problem_response(problem(ProblemKind.INTERNAL))
        await response(scope, receive, send)

    async def _respond(self, request: Request) -> Response:
        self._access.require_reader(request.headers.get("authorization"))
        found = self._methods.get(request.url.path)
        if found is None or request.method != "POST":
            raise ProblemError(problem(ProblemKind.NOT_FOUND))
        method, answer = found
        question = method.decode_question(await _body_of(request))
        try:
            snapshot = await answer(question)
        except (Unavailable, RangeTooLarge) as error:
            return Response(wire.encode(wire.failure_of(error)), UNANSWERED, media_type=wire.CONTENT_TYPE)
        return Response(wire.encode_answer(snapshot), media_type=wire.CONTENT_TYPE)


async def _body_of(request: Request) -> bytes:
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_QUESTION_BYTES:
            raise ProblemError(problem(ProblemKind.BODY_TOO_LARGE))
    return bytes(body)


def _methods(reader: Reader) -> list[tuple[Method, Answer]]:
    async def devices(question: wire.DevicesQuestion) -> Snapshot[Any]:
        return await reader.devices(after=question.after, limit=question.limit)

    async def digest(question: wire.DigestQuestion) -> Snapshot[Any]:
        found = await reader.digest(question.devices, question.within)
        # Msgpack has no integers of 128 bits.
        return Snapshot(DigestAnswer(found.value.count, found.value.hex), found.as_of)

    return [
        (wire.DEVICES, devices),
        (wire.DEVICE, reader.device),
        (wire.LATEST, reader.latest),
        (wire.READINGS, reader.readings),
        (wire.EXPORT, reader.export),
        (wire.AGGREGATE, reader.aggregate),
        (wire.DIGEST, digest),
        (wire.INTEGRITY, lambda _: reader.integrity()),
        (wire.DEAD_LETTERS, reader.dead_letters),
        (wire.DEAD_LETTER, reader.dead_letter),
        (wire.CONTENTS, reader.contents),
        (wire.STATS, lambda _: reader.stats()),
    ]
