"""When each watch of the API server was last answered: the proof that the operator still hears of changes.

A watch is a request that goes on for minutes, so silence says nothing: an idle cluster sends nothing for hours. Each
is ended by the server after `WATCH_SECONDS`, and by kopf after `INACTIVITY_SECONDS` without even a bookmark, and begun
again. A watch that has not begun again for both together has frozen, wherever that may be.
"""

import time
from collections.abc import Callable, Iterable
from http import HTTPStatus
from typing import Final

from aiohttp import ClientHandlerType, ClientRequest, ClientResponse

WATCH_SECONDS: Final = 120  # an integer: it goes into a query
INACTIVITY_SECONDS: Final = 70.0
"""Kubernetes sends a bookmark a minute to those who ask for them, as kopf does."""
SILENCE_SECONDS: Final = WATCH_SECONDS + INACTIVITY_SECONDS + 90.0
"""The rest is for an API server that restarts."""


class Watches:
    """The lists that are to be watched, by their paths, and when a watch of each last began."""

    def __init__(
        self,
        paths: Iterable[str],
        *,
        bound: float = SILENCE_SECONDS,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._bound = bound
        self._clock = clock
        # From here counts a watch that never begins.
        self._heard = dict.fromkeys(paths, clock())

    async def note(self, request: ClientRequest, handler: ClientHandlerType) -> ClientResponse:
        """Pass a request on, and note it if it is a watch that the server takes up (an aiohttp client middleware)."""
        response = await handler(request)
        path = request.url.path
        if path in self._heard and request.url.query.get("watch") == "true" and response.status == HTTPStatus.OK:
            self._heard[path] = self._clock()
        return response

    def silence(self) -> float:
        """Seconds since the watch was answered that has been silent the longest."""
        return self._clock() - min(self._heard.values(), default=self._clock())

    def fault(self) -> str | None:
        """Which lists have been silent for longer than a watch can be, in words; None where all is well."""
        limit = self._clock() - self._bound
        silent = sorted(path for path, heard in self._heard.items() if heard < limit)
        return f"nothing was heard of a watch for {self._bound:.0f} s: {', '.join(silent)}" if silent else None
