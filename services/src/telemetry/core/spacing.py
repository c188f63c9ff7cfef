"""Refusing evenly: who finds no room waits for a turn to be told so, and is let in where there is room by then."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Final, TypeVar

from prometheus_client import Gauge

from telemetry.core.ports import NoRoom

REFUSALS_PER_SECOND: Final = 1000.0  # what a producer's cost is a sixteenth of a core
HELD_SECONDS: Final = (0.1, 1.0)  # at least, so that nobody is refused for what took a little longer; at most

HELD: Final = Gauge("telemetry_http_requests_held", "Requests that found no room and wait for their turn")
"""Is more asked for at once than is let in, before anybody is refused (503 `saturated`)?"""

T = TypeVar("T")


class Spacing:
    """Spaces refusals evenly, so that those who come back at once do not take the time of those who are served.

    Virtual scheduling, as of ITU-T I.371's generic cell rate algorithm without tolerance. Where more are refused than
    go out in the longest wait, they are no longer spaced, but each held for as long.
    """

    def __init__(
        self, rate: float = REFUSALS_PER_SECOND, *, least: float = HELD_SECONDS[0], most: float = HELD_SECONDS[1]
    ) -> None:
        """Let `rate` go out a second, each after `least` to `most` seconds."""
        self._apart = 1.0 / rate
        self._least = least
        self._most = most
        self._next = 0.0

    def wait(self, now: float) -> float:
        """Return for how many seconds one that is refused `now` is to be held; `now` never goes back."""
        turn = min(max(self._next, now + self._least), now + self._most)
        self._next = turn + self._apart
        return turn - now

    async def hold(self) -> None:
        """Wait until one that finds no room may be told so; meanwhile there may be some."""
        with HELD.track_inprogress():
            await asyncio.sleep(self.wait(time.monotonic()))

    async def let_in(self, ask: Callable[[], Awaitable[T]]) -> T:
        """Return what `ask` does; where there is no room it is done once more, when its turn has come.

        Raises:
            NoRoom: there was none at its turn either.
        """
        try:
            return await ask()
        except NoRoom:
            pass
        await self.hold()
        return await ask()
