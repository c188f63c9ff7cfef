"""Refusing early: whether this process may take a request at all, before it costs anything."""

from collections.abc import Callable
from typing import Final

from telemetry.core.http.problems import RETRY_SECONDS, SATURATED, ProblemError
from telemetry.core.lifecycle import Lifecycle
from telemetry.core.spacing import Spacing
from telemetry_contract.problems import ProblemKind, problem

BUFFER_RETRY_SECONDS: Final = 10.0  # a buffer that is too old does not drain in one second
DRAINING: Final = problem(ProblemKind.DRAINING, retry_after=RETRY_SECONDS)


class Admission:
    """Counts the requests in flight, and knows when to take no more."""

    def __init__(self, lifecycle: Lifecycle, max_in_flight: int) -> None:
        self.in_flight = 0
        self._lifecycle = lifecycle
        self._most = max_in_flight
        self._spacing = Spacing()

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
        await self._spacing.hold()


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
