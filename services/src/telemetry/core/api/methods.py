"""Methods of an API that is only read: HEAD is GET without its body, OPTIONS names both, all others are refused."""

from typing import Final

from fastapi import FastAPI, Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from telemetry.core.http.problems import allowed_methods, problem_response
from telemetry_contract.problems import ProblemKind, problem

ALLOW: Final = allowed_methods("GET, HEAD")
IS_HEAD: Final = "telemetry.head"  # in the scope of what stands for a HEAD: a stream need not be made


class HeadAsGet:
    """Answers HEAD as GET would be, less the body (ASGI)."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] != "HEAD":
            await self.app(scope, receive, send)
            return

        async def send_without_body(message: Message) -> None:
            if message["type"] == "http.response.body":
                message = {**message, "body": b""}
            await send(message)

        # The server knows from its own scope that this is HEAD; the metrics learn the route from theirs.
        inner = {**scope, "method": "GET", IS_HEAD: True}
        try:
            await self.app(inner, receive, send_without_body)
        finally:
            if "route" in inner:
                scope["route"] = inner["route"]


def install_method_handler(app: FastAPI) -> None:
    """Answer what met a path but none of its methods."""

    @app.exception_handler(ProblemKind.METHOD_NOT_ALLOWED.status)
    async def _(request: Request, _: Exception) -> Response:
        if request.method == "OPTIONS":
            return Response(status_code=204, headers={"allow": ALLOW})
        return problem_response(problem(ProblemKind.METHOD_NOT_ALLOWED), {"allow": ALLOW})
