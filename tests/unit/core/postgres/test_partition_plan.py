from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from telemetry.core.outcomes import Outcome
from telemetry.core.postgres.partition_plan import (
    DAY,
    HOUR,
    MARGIN,
    Span,
    bounds,
    expired_spans,
    missing_spans,
    partition_width,
    times_ahead,
)

NOW = 1_773_144_000_000_000  # 2026-03-10T12:00:00Z
RETENTION = 30 * DAY


def test_a_reading_older_than_retention_less_a_margin_is_expired() -> None:
    oldest = NOW - RETENTION + MARGIN
    assert bounds(NOW, RETENTION).verdict(oldest - 1) is Outcome.EXPIRED
    assert bounds(NOW, RETENTION).verdict(oldest) is None


def test_a_reading_of_the_far_future_is_dead() -> None:
    assert bounds(NOW, RETENTION).verdict(NOW + DAY) is None
    assert bounds(NOW, RETENTION).verdict(NOW + DAY + 1) is Outcome.DEAD


def test_what_is_refused_as_expired_is_refused_before_its_partition_is_dropped() -> None:
    (gone,) = expired_spans([Span(0, DAY), Span(DAY, 2 * DAY)], DAY + RETENTION, RETENTION)
    assert bounds(DAY + RETENTION - MARGIN, RETENTION).verdict(gone.end - 1) is Outcome.EXPIRED


def test_a_partition_is_a_day_by_default() -> None:
    assert partition_width(RETENTION) == DAY


@given(st.integers(HOUR, 5 * 365 * DAY))
def test_partitions_stay_a_few_dozen_until_years_of_retention(retention: int) -> None:
    assert 1 <= retention / partition_width(retention) <= 300


def test_a_partition_is_named_by_its_beginning() -> None:
    assert Span(NOW // DAY * DAY, NOW).partition == "readings_2026031000"


SPANS = st.lists(st.integers(0, 60), unique=True, max_size=10).map(
    lambda edges: [Span(a * HOUR, b * HOUR) for a, b in zip(sorted(edges)[::2], sorted(edges)[1::2], strict=False)]
)


@given(SPANS, st.lists(st.integers(0, 60 * HOUR), max_size=5), st.sampled_from([HOUR, DAY]))
def test_every_time_gets_one_partition_and_none_overlap(existing: list[Span], times: list[int], width: int) -> None:
    whole = existing + missing_spans(times, width, existing)
    for time in times:
        assert sum(span.start <= time < span.end for span in whole) == 1
    ordered = sorted(whole)
    assert all(before.end <= after.start for before, after in pairwise(ordered))


@given(st.integers(0, 10**16), st.sampled_from([HOUR, DAY, 7 * DAY]))
def test_partitions_reach_a_width_beyond_the_newest_allowed_time(now: int, width: int) -> None:
    spans = missing_spans(times_ahead(now, now + DAY, width), width, [])
    assert spans[0].start <= now
    assert spans[-1].end > now + DAY + width
    assert all(before.end == after.start for before, after in pairwise(spans))
