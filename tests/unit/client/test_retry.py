from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telemetry_operator.client.retry import Backoff, parse_retry_after

chances = st.floats(0, 1, exclude_max=True)


@given(st.integers(0, 10_000), chances)
def test_pauses_never_exceed_the_longest(attempt: int, chance: float) -> None:
    assert 0 < Backoff(longest=10).pause(attempt, None, chance) <= 10


def test_pauses_grow() -> None:
    pauses = [Backoff(first=0.2, growth=2, longest=10).pause(attempt, None, 0.5) for attempt in range(5)]
    assert pauses == sorted(pauses)
    assert pauses[-1] == pytest.approx(pauses[0] * 16)


def test_two_clients_do_not_come_back_at_once() -> None:
    assert Backoff().pause(3, None, 0.1) != Backoff().pause(3, None, 0.9)


@given(st.floats(0, 60), chances)
def test_a_server_that_asks_for_a_pause_gets_it(asked: float, chance: float) -> None:
    assert Backoff(longest_asked=60).pause(0, asked, chance) >= asked


@given(st.floats(0, 60), chances)
def test_what_a_rate_limit_asks_for_is_all_that_is_waited(asked: float, chance: float) -> None:
    assert asked <= Backoff(first=0.2).asked_pause(asked, chance) <= 1.1 * max(asked, 0.02)


def test_a_server_cannot_ask_for_ever() -> None:
    assert Backoff(longest_asked=60).pause(0, 86_400, 0) == 60


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("7", 7.0),
        ("0", 0.0),
        ("Sun, 22 Nov 2026 15:00:30 GMT", 30.0),
        ("Sun, 22 Nov 2026 14:00:00 GMT", 0.0),
        ("soon", None),
        ("-5", None),
        (None, None),
    ],
)
def test_retry_after_is_seconds_or_a_date(header: str | None, seconds: float | None) -> None:
    assert parse_retry_after(header, datetime(2026, 11, 22, 15, tzinfo=UTC)) == seconds
