"""Series from what the collector wrote."""

from telemetry_loadtest.collector.lines import (
    Counted,
    Happened,
    Line,
    Missed,
    Readied,
    Sampled,
    Scaled,
    Value,
    decode_line,
    decode_lines,
    encode_line,
    events_of,
    series_of,
)
from telemetry_loadtest.results import Event, Series

HITS = Sampled("redis", 101.5, [Value("cache-hits", "share", 0.93333333)])


def test_points_stand_on_the_clock_of_the_run() -> None:
    lines = [HITS, Sampled("redis", 99.0, [Value("cache-hits", "share", 1.0)])]
    assert series_of(lines, 100.0) == [Series("redis", "cache-hits", "share", [(-1.0, 1.0), (1.5, 0.9333)])]


def test_a_figure_that_was_never_had_says_why() -> None:
    found = series_of([Missed("postgres", "wal", "bytes/s", "permission denied")], 0)
    assert found == [Series("postgres", "wal", "bytes/s", [], "permission denied")]


def test_a_figure_that_was_missed_for_a_while_is_there() -> None:
    found = series_of([Missed("redis", "cache-hits", "share", "loading"), HITS], 100.0)
    assert [one.unavailable for one in found] == [None]


def test_a_line_is_read_back_as_it_was_written() -> None:
    assert decode_line(encode_line(HITS)) == HITS


def test_a_count_becomes_its_growth_by_the_second_and_one_that_began_anew_says_nothing() -> None:
    counts = [(100.0, 10.0), (103.0, 40.0), (103.0, 40.0), (106.0, 5.0), (108.0, 6.0)]
    lines = [Counted("producer-1", at, [Value("requests", "1/s", value)]) for at, value in counts]
    assert series_of(lines, 100.0) == [Series("producer-1", "requests", "1/s", [(3.0, 10.0), (8.0, 0.5)])]


def test_a_count_that_was_seen_once_is_no_rate() -> None:
    once, why = Counted("p", 1.0, [Value("requests", "1/s", 1.0)]), Missed("p", "requests", "1/s", "silent")
    assert series_of([once], 0) == []
    assert series_of([once, why], 0) == [Series("p", "requests", "1/s", [], "silent")]


def test_what_was_looked_at_twice_is_one_point() -> None:
    assert series_of([HITS, HITS], 100.0) == series_of([HITS], 100.0)


def test_what_happened_is_told_once_in_its_order_and_only_from_during_the_run() -> None:
    scaled, ready = Scaled("producer", 103.0, 2), Readied("producer", "producer-2", 103.5, 109.5)
    lines: list[Line] = [ready, Happened(99.0, "long ago"), scaled, scaled, Happened(111.0, "behind the end")]
    assert events_of(lines, 100.0, 10.0) == [
        Event(3.0, "producer is to have 2 pods"),
        Event(9.5, "producer-2 was ready, 6 s after it was made"),
    ]


def test_many_lines_are_read_back_as_they_were_written() -> None:
    lines: list[Line] = [
        HITS,
        Happened(1.0, "it rained"),
        Readied("producer", "p", 1.0, 2.0),
        Missed("a", "b", "c", "d"),
    ]
    assert decode_lines(b"".join(map(encode_line, lines))) == lines
