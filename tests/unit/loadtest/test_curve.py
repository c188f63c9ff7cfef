"""Rate curves against their integrals."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telemetry_loadtest.curve import Curve, Piece

rates = st.floats(0, 5000)
pieces = st.builds(Piece, st.floats(0.01, 600), rates, rates)
curves = st.lists(pieces, min_size=1, max_size=6).map(lambda found: Curve(tuple(found)))
loaded = curves.filter(lambda curve: curve.area > 1)


@given(loaded, st.floats(0, 1, exclude_max=True))
def test_the_time_of_an_area_is_when_the_integral_reaches_it(curve: Curve, share: float) -> None:
    area = share * curve.area
    assert curve.area_at(curve.time_at(area)) == pytest.approx(area, rel=1e-6, abs=1e-6)


@given(loaded, st.lists(st.floats(0, 1, exclude_max=True), min_size=2, max_size=20).map(sorted))
def test_more_area_is_never_reached_earlier(curve: Curve, shares: list[float]) -> None:
    times = [curve.time_at(share * curve.area) for share in shares]
    assert all(later >= earlier - 1e-9 for earlier, later in pairwise(times))
    assert 0 <= times[0] <= times[-1] <= curve.seconds + 1e-9


@given(curves)
def test_the_whole_is_the_sum_of_its_pieces(curve: Curve) -> None:
    assert curve.area == pytest.approx(sum((one.rate_begin + one.rate_end) / 2 * one.seconds for one in curve.pieces))
    assert curve.area_at(curve.seconds) == curve.area


def test_a_ramp_from_nothing_calls_for_half_of_its_arrivals_in_the_last_third() -> None:
    curve = Curve((Piece(10, 0, 100),))
    assert curve.time_at(250) == pytest.approx(10 * 0.5**0.5)


def test_a_part_that_no_float_tells_from_none_is_reached_at_once() -> None:
    assert Piece(1, 0, 5e-97).elapsed_at(1.7e-308) == 0


def test_nothing_is_due_within_a_piece_of_rate_nought() -> None:
    curve = Curve((Piece(1, 10, 10), Piece(5, 0, 0), Piece(1, 10, 10)))
    assert curve.time_at(9) == pytest.approx(0.9)
    assert curve.time_at(10) == pytest.approx(6.0)


@pytest.mark.parametrize("wrong", [(0, 1, 1), (1, -1, 1), (1, 1, -0.5)])
def test_a_piece_that_cannot_be_is_refused(wrong: tuple[float, float, float]) -> None:
    with pytest.raises(ValueError, match="was asked for"):
        Piece(*wrong)
