"""Refusing early: whether this process may take a request at all, before it costs anything."""

import asyncio
import time
from collections.abc import Callable
from typing import Final

from telemetry.core.http.problems import ProblemError
from telemetry.core.lifecycle import Lifecycle
from telemetry_contract.problems import ProblemKind, problem

RETRY_SECONDS: Final = 1.0
REFUSALS_PER_SECOND: Final = 1000.0  # what they cost is a sixteenth of a core
HELD_SECONDS: Final = (0.1, 1.0)  # at least, so that nobody is refused for a commit that took a little longer; at most
BUFFER_RETRY_SECONDS: Final = 10.0  # a buffer that is too old does not drain in one second
DRAINING: Final = problem(ProblemKind.DRAINING, retry_after=RETRY_SECONDS)
SATURATED: Final = problem(ProblemKind.SATURATED, retry_after=RETRY_SECONDS)


class Spacing:
    """Spaces refusals evenly, so that those who come back at once do not take the time of those who are served.

    Virtual scheduling, as of ITU-T I.371's generic cell rate algorithm without tolerance. Where more are refused than
    go out in the longest wait, they are no longer spaced, but each held for as long.
    """

    def __init__(self, rate: float, *, least: float, most: float) -> None:
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


class Admission:
    """Counts the requests in flight, and knows when to take no more."""

    def __init__(self, lifecycle: Lifecycle, max_in_flight: int) -> None:
        self.in_flight = 0
        self._lifecycle = lifecycle
        self._most = max_in_flight
        self._spacing = Spacing(REFUSALS_PER_SECOND, least=HELD_SECONDS[0], most=HELD_SECONDS[1])

    @property
    def full(self) -> bool:
        return self.in_flight >= self._most

    def enter(self) -> None:
        """Take a request in; whoever does also calls `leave`.

        Raises:
            ProblemError: 503 while draining, or with too many requests in flight.
        """
        if self._lifecycle.draining:
            raise ProblemError(DRAINING)
        if self.full:
            raise ProblemError(SATURATED)
        self.in_flight += 1

    def leave(self) -> None:
        self.in_flight -= 1

    async def hold(self) -> None:
        """Wait until one that finds no room may be told so; meanwhile there may be some."""
        await asyncio.sleep(self._spacing.wait(time.monotonic()))


class BufferGate:
    """Takes no more readings while those in the buffer wait too long; `age` is in seconds."""

    def __init__(self, age: Callable[[], float], max_age: float) -> None:
        self.age = age
        self._max_age = max_age

    def check(self) -> float:
        """Return the buffer's age.

        Raises:
            ProblemError: 503, it is above the limit.
        """
        age = self.age()
        if age > self._max_age:
            detail = f"the oldest reading waits for {age:.0f} s, at most {self._max_age:.0f} s are allowed"
            raise ProblemError(problem(ProblemKind.BUFFER_TOO_OLD, detail, retry_after=BUFFER_RETRY_SECONDS))
        return age
