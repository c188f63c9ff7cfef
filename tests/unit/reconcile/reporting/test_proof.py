import pytest

from telemetry_operator.reconcile.reporting.proof import Proof, seconds_until_due
from tests.unit.reconcile.visits import GENERATION, after, proof_of

PODS = frozenset({"a", "b"})
GOOD = proof_of(pods=PODS)
BAD = proof_of(pods=PODS, fault="no answer")

# The newest proof, generation, ready pods and the seconds since it; then how long the next may wait.
TABLE: dict[str, tuple[Proof | None, int, frozenset[str], float, float]] = {
    "none yet": (None, GENERATION, PODS, 0, 0),
    "of another generation": (GOOD, GENERATION + 1, PODS, 0, 0),
    "good and new": (GOOD, GENERATION, PODS, 60, 240),
    "good and old": (GOOD, GENERATION, PODS, 301, 0),
    "of other pods, a moment ago": (GOOD, GENERATION, PODS | {"c"}, 4, 6),
    "of other pods": (GOOD, GENERATION, PODS | {"c"}, 60, 0),
    "failed a moment ago": (BAD, GENERATION, PODS, 4, 6),
    "failed": (BAD, GENERATION, PODS, 11, 0),
}


@pytest.mark.parametrize("situation", TABLE)
def test_a_platform_is_proved_again_when_its_proof_is_worth_no_more(situation: str) -> None:
    last, generation, pods, since, expected = TABLE[situation]
    assert seconds_until_due(last, generation, pods, after(since)) == expected
