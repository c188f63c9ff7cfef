"""Series from what the collector wrote."""

from telemetry_loadtest.collector.lines import Missed, Sampled, Value, decode_line, encode_line, series_of
from telemetry_loadtest.results import Series

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
