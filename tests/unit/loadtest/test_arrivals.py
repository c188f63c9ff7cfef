"""The schedule: as many arrivals as the integral says, when it says, each of one worker."""

from itertools import pairwise
from math import ceil, sqrt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telemetry_loadtest.arrivals import Spacing, arrivals
from telemetry_loadtest.curve import Curve, Piece

SEED = 7

FORMS = {
    "constant": Curve((Piece(10, 50, 50),)),
    "ramp": Curve((Piece(10, 0, 100),)),
    "ramp down": Curve((Piece(10, 100, 0),)),
    "steps": Curve(tuple(Piece(2, rate, rate) for rate in (10, 40, 70))),
    "spike": Curve((Piece(5, 20, 20), Piece(1, 500, 500), Piece(5, 20, 20))),
    "trace": Curve(tuple(Piece(1, many, many) for many in (12, 0, 30, 1, 25))),
}
small = st.builds(Piece, st.floats(0.1, 20), st.floats(0, 50), st.floats(0, 50))
curves = st.lists(small, min_size=1, max_size=4).map(lambda found: Curve(tuple(found)))
spacings = st.sampled_from(Spacing)


@pytest.mark.parametrize("name", FORMS)
def test_every_form_has_as_many_arrivals_as_its_integral(name: str) -> None:
    curve = FORMS[name]
    assert len(list(arrivals(curve, Spacing.UNIFORM, SEED))) == ceil(curve.area - 1e-6)


@given(curves, st.floats(0, 1))
def test_at_any_moment_as_many_were_due_as_the_integral_says(curve: Curve, share: float) -> None:
    moment = share * curve.seconds
    due = sum(one.due < moment for one in arrivals(curve, Spacing.UNIFORM, SEED))
    assert abs(due - curve.area_at(moment)) <= 1 + 1e-6


@given(curves, spacings, st.integers(1, 9), st.integers(0, 2**32))
def test_each_arrival_is_exactly_one_workers_whatever_their_number(
    curve: Curve, spacing: Spacing, workers: int, seed: int
) -> None:
    whole = list(arrivals(curve, spacing, seed))
    shares = [list(arrivals(curve, spacing, seed, worker=one, workers=workers)) for one in range(workers)]
    assert sorted(one for share in shares for one in share) == whole


@given(curves, spacings)
def test_arrivals_come_in_order_and_within_the_run(curve: Curve, spacing: Spacing) -> None:
    due = [one.due for one in arrivals(curve, spacing, SEED)]
    assert all(earlier <= later + 1e-9 for earlier, later in pairwise(due))
    assert all(0 <= one <= curve.seconds + 1e-9 for one in due)


@pytest.mark.parametrize("name", ["constant", "ramp", "spike"])
def test_a_poisson_schedule_has_the_integral_as_its_mean_and_its_variance(name: str) -> None:
    curve = FORMS[name]
    counts = [len(list(arrivals(curve, Spacing.POISSON, seed))) for seed in range(200)]
    mean = sum(counts) / len(counts)
    spread = sum((one - mean) ** 2 for one in counts) / (len(counts) - 1)
    assert abs(mean - curve.area) < 4 * sqrt(curve.area / len(counts))
    assert 0.6 < spread / curve.area < 1.5


def test_gaps_of_a_poisson_schedule_are_exponential() -> None:
    curve = Curve((Piece(100, 100, 100),))
    due = [one.due for one in arrivals(curve, Spacing.POISSON, SEED)]
    gaps = sorted(later - earlier for earlier, later in pairwise(due))
    assert gaps[len(gaps) // 2] == pytest.approx(0.00693, rel=0.1)  # ln 2 / rate
    assert sum(gaps) / len(gaps) == pytest.approx(0.01, rel=0.05)


def test_the_same_seed_gives_the_same_arrivals_and_another_one_others() -> None:
    curve = FORMS["ramp"]
    first, again, other = (list(arrivals(curve, Spacing.POISSON, seed)) for seed in (1, 1, 2))
    assert first == again != other
