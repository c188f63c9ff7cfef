from array import array

from tools.held.pacing import percentiles


def test_percentiles_are_over_all_seconds_and_in_milliseconds() -> None:
    assert percentiles([array("d", [0.001, 0.002]), array("d", [0.003])]) == (2.0, 3.0)


def test_without_answers_there_are_none() -> None:
    assert percentiles([array("d")]) == (None, None)
