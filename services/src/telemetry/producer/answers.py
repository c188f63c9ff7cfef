"""From what became of each reading to the answer's bytes.

Those that nearly every request gets are made once, at import.
"""

from collections.abc import Sequence
from functools import lru_cache
from typing import Final

import msgspec

from telemetry.core.http.whole import JSON, Answer, make_answer, problem_answer
from telemetry_contract.api import Accepted, BatchAnswer, BatchProblem, ItemAnswer, Status
from telemetry_contract.problems import Problem, ProblemKind, problem

OK: Final = 200
ACCEPTED: Final = 202
MULTI_STATUS: Final = 207
ACKNOWLEDGED: Final = frozenset({Status.QUEUED, Status.STORED, Status.DUPLICATE})
REMEMBERED_LENGTHS: Final = 64  # of all-queued lists: clients send lists of few lengths

QUEUED: Final = ItemAnswer(Status.QUEUED)
STORED: Final = ItemAnswer(Status.STORED)
DUPLICATE: Final = ItemAnswer(Status.DUPLICATE)

_encode: Final = msgspec.json.Encoder().encode


def _json_answer(status: int, body: object) -> Answer:
    return make_answer(status, [JSON], _encode(body))


_SINGLE: Final = {
    Status.QUEUED: _json_answer(ACCEPTED, Accepted(Status.QUEUED)),
    Status.STORED: _json_answer(OK, Accepted(Status.STORED)),
    Status.DUPLICATE: _json_answer(OK, Accepted(Status.DUPLICATE)),
}
QUEUED_ANSWER: Final = _SINGLE[Status.QUEUED]


def single_answer(item: ItemAnswer) -> Answer:
    """Return the answer to a request that was one reading."""
    return _SINGLE[item.status] if item.problem is None else problem_answer(item.problem)


def batch_answer(items: Sequence[ItemAnswer]) -> Answer:
    """Return the answer to a list: 200 or 202 if all were accepted, 207 if some, else a problem with the items."""
    accepted = sum([item.status in ACKNOWLEDGED for item in items])
    if accepted == 0:
        return _none_accepted(items)
    if accepted < len(items):
        return _json_answer(MULTI_STATUS, BatchAnswer(accepted, len(items) - accepted, list(items)))
    if all(item is QUEUED for item in items):
        return all_queued_answer(len(items))
    queued = any(item.status is Status.QUEUED for item in items)
    return _json_answer(ACCEPTED if queued else OK, BatchAnswer(accepted, 0, list(items)))


@lru_cache(REMEMBERED_LENGTHS)
def all_queued_answer(count: int) -> Answer:
    return _json_answer(ACCEPTED, BatchAnswer(count, 0, [QUEUED] * count))


def _none_accepted(items: Sequence[ItemAnswer]) -> Answer:
    problems = [item.problem for item in items if item.problem is not None]
    kind = _common_problem(items, problems)
    waits = [it.retry_after for it in problems if it.retry_after is not None]
    body = BatchProblem(
        type=kind.type,
        code=kind.code,
        title=kind.title,
        status=kind.status,
        detail=kind.detail,
        retry_after=max(waits, default=None),
        accepted=0,
        rejected=len(items),
        items=list(items),
    )
    return problem_answer(body)


def _common_problem(items: Sequence[ItemAnswer], problems: Sequence[Problem]) -> Problem:
    """Return what a list answers with as a whole: 503 while sending again may help, else what its items have alike."""
    unavailable = [item.problem for item in items if item.status is Status.UNAVAILABLE and item.problem is not None]
    if unavailable:
        return unavailable[0]
    if len({it.code for it in problems}) == 1:
        return problems[0]
    return problem(ProblemKind.NONE_ACCEPTED, "each item says why")
