"""What a response says of each reading that its request carried.

2xx and 207 answer per item; so may a 4xx or 503 (none accepted). A problem answers for the whole request. What may yet
succeed is to be sent again with the same ids: an identity that is already stored is a duplicate, never a second row.
"""

from dataclasses import dataclass
from http import HTTPStatus
from typing import Final

import httpx
import msgspec

from telemetry_contract.api import BatchAnswer, ItemAnswer, Status
from telemetry_contract.problems import Problem, ProblemKind
from telemetry_operator.client.retry import parse_retry_after

ACKNOWLEDGED: Final = frozenset({Status.QUEUED, Status.STORED, Status.DUPLICATE})
_PASSING: Final = frozenset(
    {
        HTTPStatus.REQUEST_TIMEOUT,
        HTTPStatus.TOO_MANY_REQUESTS,
        HTTPStatus.INTERNAL_SERVER_ERROR,
        HTTPStatus.BAD_GATEWAY,
        HTTPStatus.SERVICE_UNAVAILABLE,
        HTTPStatus.GATEWAY_TIMEOUT,
    }
)
"""Statuses that another attempt may not meet."""

_RATE_LIMITED: Final = ProblemKind.RATE_LIMITED.code

_decode_batch = msgspec.json.Decoder(BatchAnswer).decode
_decode_problem = msgspec.json.Decoder(Problem).decode


@dataclass(frozen=True, slots=True)
class Answer:
    """Items in the order sent, and the pause that the server asked for (seconds)."""

    items: tuple[ItemAnswer, ...]
    retry_after: float | None = None
    too_large: bool = False  # the request as a whole: its parts may pass

    @property
    def limited(self) -> bool:
        """Every item met a rate limit that says when to come again; it may be one that never has room for so many."""
        return self.retry_after is not None and all(
            item.problem is not None and item.problem.code == _RATE_LIMITED for item in self.items
        )


def is_passing(item: ItemAnswer) -> bool:
    """Tell whether an item that was not accepted may be accepted later."""
    if item.status is Status.UNAVAILABLE:
        return True
    return item.status is Status.REJECTED and item.problem is not None and item.problem.status in _PASSING


def read_answer(response: httpx.Response, count: int) -> Answer:
    """Return what a response says of the `count` readings of its request."""
    # The header is in whole seconds, rounded up; the body says it exactly.
    asked = parse_retry_after(response.headers.get("Retry-After"))
    items = _batch_items(response, count)
    if items is not None:
        waits = [item.problem.retry_after for item in items if item.problem and item.problem.retry_after is not None]
        return Answer(items, max(waits, default=asked))
    problem = _problem_of(response)
    too_large = response.status_code == HTTPStatus.REQUEST_ENTITY_TOO_LARGE and count > 1
    item = _for_every_item(problem)
    return Answer((item,) * count, asked if problem.retry_after is None else problem.retry_after, too_large)


def unreachable(error: httpx.TransportError, count: int) -> Answer:
    """Return the answer of a platform that did not give one: whether it took the readings is unknown."""
    return Answer((_unavailable("unreachable", 0, str(error) or type(error).__name__),) * count)


def _batch_items(response: httpx.Response, count: int) -> tuple[ItemAnswer, ...] | None:
    try:
        items = tuple(_decode_batch(response.content).items)
    except msgspec.MsgspecError:
        return None
    return items if len(items) == count else None


def _problem_of(response: httpx.Response) -> Problem:
    try:
        return _decode_problem(response.content)
    except msgspec.MsgspecError:
        start = response.text[:80].strip()
        title = response.reason_phrase or "an answer that is none of the platform's"
        return Problem("about:blank", f"http-{response.status_code}", title, response.status_code, start or None)


def _for_every_item(problem: Problem) -> ItemAnswer:
    # A success that cannot be read promises nothing: ask again.
    if problem.status in _PASSING or problem.status < HTTPStatus.BAD_REQUEST:
        return ItemAnswer(Status.UNAVAILABLE, problem)
    return ItemAnswer(Status.REJECTED, problem)


def _unavailable(code: str, status: int, detail: str) -> ItemAnswer:
    return ItemAnswer(Status.UNAVAILABLE, Problem("about:blank", code, "The platform did not answer", status, detail))
