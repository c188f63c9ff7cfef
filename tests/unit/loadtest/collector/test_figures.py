"""Figures from what a server counts."""

from telemetry_loadtest.collector.figures import Look, computed, gauge, rate, share

FIGURES = (gauge("connections", "connections", "open"), rate("commits", "1/s", "done"), share("hits", "hit", "miss"))


def values(before: Look | None, now: Look) -> dict[str, float]:
    return {figure.measure: value for figure, value in computed(FIGURES, before, now)}


def test_one_look_says_what_stands_and_two_what_grew() -> None:
    first = Look(10.0, {"open": 3, "done": 100, "hit": 10, "miss": 10})
    then = Look(12.0, {"open": 4, "done": 150, "hit": 19, "miss": 11})
    assert values(None, first) == {"connections": 3}
    assert values(first, then) == {"connections": 4, "commits": 25.0, "hits": 0.9}


def test_a_count_that_began_anew_says_nothing() -> None:
    assert values(Look(1, {"done": 100}), Look(2, {"done": 5})) == {}


def test_a_share_of_nothing_is_left_out() -> None:
    same = {"hit": 5.0, "miss": 5.0}
    assert values(Look(1, same), Look(2, same)) == {}


def test_what_a_server_does_not_count_is_left_out() -> None:
    assert values(Look(1, {}), Look(2, {})) == {}
