import pytest

from telemetry.core.outcomes import Outcome
from telemetry.core.postgres.ledger import Counts, balanced, tally


def test_outcomes_are_counted_under_their_names() -> None:
    counts = tally([Outcome.STORED, Outcome.DEAD, Outcome.STORED], records_read=2, records_lost=1)
    assert counts == Counts(2, 1, 3, stored=2, dead=1)


@pytest.mark.parametrize("outcome", Outcome)
def test_every_outcome_has_its_column_and_balances(outcome: Outcome) -> None:
    assert balanced(1, tally([outcome], records_read=1))


@pytest.mark.parametrize(
    ("passed", "counts"),
    [
        (2, Counts(1, 0)),
        (1, Counts(1, 1)),
        (1, Counts(1, 0, 2, stored=1)),
        (1, Counts(1, 0, 1, stored=1, duplicate=1)),
    ],
)
def test_a_ledger_that_does_not_add_up_is_told(passed: int, counts: Counts) -> None:
    assert not balanced(passed, counts)


def test_lost_records_count_as_passed() -> None:
    assert balanced(10, Counts(records_read=4, records_lost=6))


def test_counts_add_up_field_by_field() -> None:
    assert Counts(1, 2, 3, 4) + Counts(1, 0, 1, expired=1) == Counts(2, 2, 4, 4, expired=1)
