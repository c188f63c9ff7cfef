import math

import pytest

from telemetry_loadtest.report import words


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0"), (0.01234, "0.0123"), (1.25, "1.25"), (9.999, "10"), (31.23, "31.2"), (300, "300"), (2840.4, "2,840"),
        (100.0, "100"), (-2.5, "-2.5"), (None, "–"), (math.nan, "–"), (math.inf, "–"),
    ],
)  # fmt: skip
def test_a_number_has_three_significant_digits(value: float | None, text: str) -> None:
    assert words.number(value) == text


@pytest.mark.parametrize(("seconds", "text"), [(0, "0 s"), (59.4, "59 s"), (195.4, "3 min 15 s"), (7501, "2 h 5 min")])
def test_a_span_is_said_as_a_person_does(seconds: float, text: str) -> None:
    assert words.span(seconds) == text


def test_a_share_that_is_not_nought_is_not_written_as_nought() -> None:
    assert words.share(1e-6) == "0.0001 %"


@pytest.mark.parametrize(
    ("measure", "value", "text"),
    [("errors", 0.01, "1 %"), ("drops", 0.002, "0.2 %"), ("p95", 20.0, "20 ms"), ("freshness", None, "not measured")],
)
def test_an_slo_measure_is_a_share_or_milliseconds(measure: str, value: float | None, text: str) -> None:
    assert words.amount(measure, value) == text
