"""Answers as bytes, and the port behind which a cache of them may stand."""

import math
from collections.abc import Awaitable, Callable
from typing import Final, Protocol, TypeVar

import msgspec

from telemetry.core.ports import Snapshot

T = TypeVar("T")

Headers = list[tuple[bytes, bytes]]


class Answer(msgspec.Struct, frozen=True, gc=False):
    """A body in JSON, `None` where there is no such thing; true at `as_of`, the store's own time in microseconds.

    `age` is in seconds: how long ago that was, `None` where answers are not cached.
    """

    body: bytes | None
    as_of: int
    age: float | None = None


Ask = Callable[[], Awaitable[Answer]]


class Answers(Protocol):
    """Where the routes get those answers that may be remembered for a while."""

    max_age: float | None
    """Seconds that an answer may be old, `None` where each is asked from the store."""

    async def answer(self, query: str, subject: str, ask: Ask) -> Answer:
        """Return the answer to a query (its name) on a subject (its parameters), by `ask` where it is not known.

        Raises:
            Unavailable: the store had to be asked, and is away.
        """
        ...


class DirectAnswers:
    """Asks the store each time."""

    max_age: float | None = None

    async def answer(self, query: str, subject: str, ask: Ask) -> Answer:  # noqa: ARG002 - what a cache's key needs
        return await ask()


def answer_of(snapshot: Snapshot[T]) -> Answer:
    """Encode what the store said; `None` is no such thing."""
    body = None if snapshot.value is None else msgspec.json.encode(snapshot.value)
    return Answer(body, snapshot.as_of)


NO_STORE: Final = (b"cache-control", b"no-store")


def freshness_headers(answer: Answer, max_age: float | None) -> Headers:
    """Return `Cache-Control`, and `Age` where it is known; whole seconds, rounded so that they never flatter."""
    if max_age is None or answer.age is None:
        return [NO_STORE]
    return [
        (b"cache-control", b"private, max-age=%d" % int(max_age)),
        (b"age", b"%d" % math.ceil(answer.age)),
    ]
