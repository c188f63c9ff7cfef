"""What theory says of a server of known delays."""

import pytest
from tools.prove.generator.delays import Delays, mean, percentile


def test_a_constant_delay_is_every_percentile() -> None:
    found = Delays(0.2).latencies(50, 10)
    assert {percentile(found, share) for share in (0, 50, 99.9, 100)} == {200.0}


def test_every_tenth_request_takes_long() -> None:
    found = Delays(0.1, long=0.5, every=10).latencies(1000, 100)
    assert (percentile(found, 90), percentile(found, 90.1)) == (100.0, 500.0)
    assert mean(found) == pytest.approx(140.0)


def test_a_stall_holds_up_every_arrival_in_it_by_what_is_left_of_it() -> None:
    found = Delays(0.1, stall=2.0, after=400).latencies(1500, 50)
    assert sum(one > 100.5 for one in found) == 95  # 100 arrive in it, 5 of them in its last 100 ms
    assert (found[-1], percentile(found, 99)) == pytest.approx((2000.0, 1700.0))
