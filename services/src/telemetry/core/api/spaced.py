"""FastAPI's routes for readers: a question that finds no room waits for its turn, and is asked once more."""

from collections.abc import Callable, Coroutine
from typing import Any

from fastapi.routing import APIRoute
from starlette.requests import Request
from starlette.responses import Response

from telemetry.core.spacing import Spacing


def route_type(spacing: Spacing) -> type[APIRoute]:
    """Return a class of routes whose refusals are spaced; what they do may be done twice."""

    class SpacedRoute(APIRoute):
        def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
            handle = super().get_route_handler()

            async def handle_in_turn(request: Request) -> Response:
                return await spacing.let_in(lambda: handle(request))

            return handle_in_turn

    return SpacedRoute
