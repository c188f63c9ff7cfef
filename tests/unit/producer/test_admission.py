from itertools import accumulate

from hypothesis import given
from hypothesis import strategies as st

from telemetry.producer.admission import Spacing

RATE = 100.0
LEAST = 0.05
MOST = 0.5
EXACT = 1e-9

arrivals = st.lists(st.floats(0.0, 0.1), min_size=1, max_size=200).map(lambda pauses: list(accumulate(pauses)))


def told(times: list[float]) -> list[float]:
    """Return when each refusal asked for at these times goes out."""
    spacing = Spacing(RATE, least=LEAST, most=MOST)
    return [time + spacing.wait(time) for time in times]


@given(arrivals)
def test_each_refusal_is_held_for_some_time_and_no_longer_than_may_be(times: list[float]) -> None:
    assert all(LEAST - EXACT <= out - time <= MOST + EXACT for time, out in zip(times, told(times), strict=True))


@given(arrivals)
def test_refusals_are_apart_unless_held_for_as_long_as_may_be(times: list[float]) -> None:
    outs = told(times)
    for before, out, time in zip(outs, outs[1:], times[1:], strict=False):
        assert out - before >= 1 / RATE - EXACT or out - time >= MOST - EXACT


@given(st.lists(st.floats(1 / RATE, 1.0), min_size=1, max_size=50).map(lambda pauses: list(accumulate(pauses))))
def test_few_refusals_are_told_soon(times: list[float]) -> None:
    assert all(out - time <= LEAST + EXACT for time, out in zip(times, told(times), strict=True))


def test_a_crowd_is_told_one_after_the_other_and_all_are_told() -> None:
    outs = told([0.0] * 200)
    assert outs[:3] == [LEAST, LEAST + 1 / RATE, LEAST + 2 / RATE]
    assert outs[-1] == MOST
