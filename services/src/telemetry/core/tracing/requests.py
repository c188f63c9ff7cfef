"""What a request brings of its caller's trace, given to the task that answers it."""

from collections.abc import Awaitable

from starlette.types import ASGIApp, Receive, Scope, Send

from telemetry.core.tracing.context import carry, current_trace, find_trace


class CarriedRequests:
    """Lets each request's task carry the traceparent of its headers (ASGI, with no coroutine of its own to pay for)."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    def __call__(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        caller = find_trace(scope["headers"])
        if caller is not None or current_trace() is not None:  # a task may begin where another request ended
            carry(caller)
        return self.app(scope, receive, send)
