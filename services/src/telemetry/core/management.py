"""The management port: `/livez`, `/readyz` and `/metrics`, apart from the public port and never exposed with it."""

from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from telemetry.core.lifecycle import Lifecycle


def build_management(lifecycle: Lifecycle) -> Starlette:
    async def livez(_: Request) -> Response:
        return PlainTextResponse("ok\n")

    async def readyz(_: Request) -> Response:
        return PlainTextResponse(f"{lifecycle.phase.value}\n", status_code=200 if lifecycle.ready else 503)

    async def metrics(_: Request) -> Response:
        return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)

    return Starlette(routes=[Route("/livez", livez), Route("/readyz", readyz), Route("/metrics", metrics)])
