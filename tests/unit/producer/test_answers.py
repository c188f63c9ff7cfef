import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from telemetry.core.http.whole import Answer, problem_answer
from telemetry.producer.answers import DUPLICATE, QUEUED, STORED, batch_answer, single_answer
from telemetry_contract.api import BatchAnswer, BatchProblem, ItemAnswer, Status
from telemetry_contract.problems import CONTENT_TYPE, Problem, ProblemKind, problem

CONFLICT = ItemAnswer(Status.REJECTED, problem(ProblemKind.CONFLICT))
INVALID = ItemAnswer(Status.REJECTED, problem(ProblemKind.INVALID_READING))
AWAY = ItemAnswer(Status.UNAVAILABLE, problem(ProblemKind.UNAVAILABLE, retry_after=2))
ITEMS = (QUEUED, STORED, DUPLICATE, CONFLICT, INVALID, AWAY)


def _headers(answer: Answer) -> dict[str, str]:
    return {name.decode(): value.decode() for name, value in answer.start["headers"]}


@pytest.mark.parametrize(
    ("item", "status"), [(QUEUED, 202), (STORED, 200), (DUPLICATE, 200), (CONFLICT, 409), (INVALID, 422), (AWAY, 503)]
)
def test_one_reading_has_one_status(item: ItemAnswer, status: int) -> None:
    assert single_answer(item).status == status


@pytest.mark.parametrize(
    ("items", "status"),
    [
        ([STORED, DUPLICATE], 200),
        ([STORED, QUEUED], 202),
        ([QUEUED, INVALID], 207),
        ([STORED, AWAY], 207),
        ([INVALID, INVALID], 422),
        ([CONFLICT, CONFLICT], 409),
        ([CONFLICT, INVALID], 422),
        ([CONFLICT, AWAY], 503),
    ],
)
def test_a_list_has_the_status_of_all_its_items(items: list[ItemAnswer], status: int) -> None:
    assert batch_answer(items).status == status


def test_a_list_of_which_nothing_was_accepted_says_when_to_come_again() -> None:
    answer = batch_answer([AWAY, INVALID])
    assert (_headers(answer)["retry-after"], _headers(answer)["content-type"]) == ("2", CONTENT_TYPE)


def test_an_unauthorized_request_is_told_how_to_authenticate() -> None:
    assert _headers(problem_answer(problem(ProblemKind.UNAUTHORIZED)))["www-authenticate"] == "Bearer"


@given(st.lists(st.sampled_from(ITEMS), min_size=1, max_size=30))
def test_every_answer_to_a_list_carries_its_items_in_order(items: list[ItemAnswer]) -> None:
    answer = batch_answer(items)
    body = msgspec.json.decode(answer.body["body"], type=BatchAnswer)
    assert body.items == items
    assert body.accepted == sum(item.problem is None for item in items)
    assert body.accepted + body.rejected == len(items)


@given(st.lists(st.sampled_from(ITEMS), min_size=1, max_size=30))
def test_success_is_answered_only_where_something_was_accepted(items: list[ItemAnswer]) -> None:
    accepted = [item for item in items if item.problem is None]
    status = batch_answer(items).status
    assert (status < 300) == bool(accepted)
    assert (status in (200, 202)) == (len(accepted) == len(items))
    assert (status == 202) == (len(accepted) == len(items) and QUEUED in items)


@given(st.lists(st.sampled_from((CONFLICT, INVALID, AWAY)), min_size=1, max_size=30))
def test_a_problem_with_items_is_a_problem_as_well(items: list[ItemAnswer]) -> None:
    answer = batch_answer(items)
    assert msgspec.json.decode(answer.body["body"], type=BatchProblem).status == answer.status
    assert msgspec.json.decode(answer.body["body"], type=Problem).status == answer.status


@given(st.lists(st.sampled_from(ITEMS), min_size=1, max_size=30))
def test_the_length_named_is_the_bodys(items: list[ItemAnswer]) -> None:
    answer = batch_answer(items)
    assert int(_headers(answer)["content-length"]) == len(answer.body["body"])
