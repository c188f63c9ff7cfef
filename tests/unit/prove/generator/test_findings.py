"""How far figures may lie apart, and what wrk prints."""

import pytest
from tools.prove.generator.closed_loops import Loop, read_wrk
from tools.prove.generator.findings import near

WRK = """Running 10s test @ http://127.0.0.1:1/any
  1 threads and 2 connections
  Thread Stats   Avg      Stdev     Max   +/- Stdev
    Latency    20.56ms  312.00us  25.11ms   84.66%
    Req/Sec    48.60      4.00    50.00     87.00%
  Latency Distribution
     50%   20.50ms
     75%   20.72ms
"""


@pytest.mark.parametrize(("found", "held"), [(98.1, True), (101.9, True), (102.1, False), (97.9, False)])
def test_figures_agree_within_a_share_of_theory(found: float, held: bool) -> None:
    assert near("proof", "p50", found, 100.0, 0.02).held is held


def test_mean_and_median_are_read_from_what_wrk_prints() -> None:
    assert read_wrk(WRK) == Loop("wrk", 20.56, 20.5)


def test_microseconds_and_seconds_are_read_too() -> None:
    text = WRK.replace("20.56ms", "912.50us").replace("20.50ms", "1.20s")
    assert read_wrk(text) == Loop("wrk", 0.9125, 1200.0)


def test_another_print_is_refused() -> None:
    with pytest.raises(ValueError, match="no latency"):
        read_wrk("Requests/sec: 97")
