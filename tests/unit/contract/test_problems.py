import msgspec
import pytest

from telemetry_contract.faults import Fault
from telemetry_contract.problems import Problem, ProblemKind, problem

# Clients branch on these. A line may be added; one that stands here never changes.
STABLE = {
    "malformed-body": 400,
    "unauthorized": 401,
    "forbidden-device": 403,
    "missing-scope": 403,
    "not-found": 404,
    "method-not-allowed": 405,
    "receive-timeout": 408,
    "conflict": 409,
    "body-too-large": 413,
    "batch-too-large": 413,
    "unsupported-type": 415,
    "invalid-reading": 422,
    "reading-too-old": 422,
    "reading-in-future": 422,
    "invalid-parameter": 422,
    "invalid-cursor": 422,
    "range-too-large": 422,
    "none-accepted": 422,
    "rate-limited": 429,
    "internal": 500,
    "unavailable": 503,
    "buffer-too-old": 503,
    "saturated": 503,
    "draining": 503,
}


def test_codes_and_statuses_are_stable() -> None:
    assert {kind.code: kind.status for kind in ProblemKind} == STABLE


def test_each_kind_has_its_own_code() -> None:
    assert len({kind.code for kind in ProblemKind}) == len(ProblemKind.__members__)


@pytest.mark.parametrize("kind", ProblemKind)
def test_the_type_is_the_code_under_a_stable_address(kind: ProblemKind) -> None:
    assert kind.type == f"https://telemetry.dev/problems/{kind.code}"


def test_a_problem_leaves_out_what_it_does_not_say() -> None:
    assert msgspec.to_builtins(problem(ProblemKind.DRAINING)) == {
        "type": "https://telemetry.dev/problems/draining",
        "code": "draining",
        "title": "This process is shutting down",
        "status": 503,
    }


def test_a_limit_with_nothing_left_says_so() -> None:
    limited = problem(ProblemKind.RATE_LIMITED, limit="device", remaining=0.0, retry_after=0.0)
    assert msgspec.to_builtins(limited).items() >= {"limit": "device", "remaining": 0.0, "retry_after": 0.0}.items()


def test_a_problem_is_read_as_it_was_written() -> None:
    sent = problem(ProblemKind.INVALID_READING, "two faults", errors=(Fault("/time", "invalid-time", "…"),))
    assert msgspec.json.decode(msgspec.json.encode(sent), type=Problem) == sent
