from itertools import islice

from hypothesis import given
from hypothesis import strategies as st
from tools.bench.readings import METRICS, bodies, slices

from telemetry_contract.parsing import parse_body
from telemetry_contract.readings import Reading


@given(st.integers(1, 300))
def test_every_body_is_readings_that_no_other_body_holds(batch: int) -> None:
    seen: set[int] = set()
    for text in islice(bodies(batch), 5):
        body = parse_body(text, device="d", max_metrics=8, max_readings=1000)
        assert body.single == (batch == 1)
        readings = [item for item in body.items if isinstance(item, Reading)]
        assert all(reading.metrics == METRICS for reading in readings)
        times = {reading.time for reading in readings}
        assert len(times) == batch
        assert not times & seen
        seen |= times


def test_bodies_are_of_one_length_beyond_the_end_of_a_second_too() -> None:
    texts = list(islice(bodies(100), 10_050))
    assert len({len(text) for text in texts}) == 1
    assert len(set(texts)) == len(texts)


def test_devices_take_turns_with_a_slice_each() -> None:
    first, second, third = islice(slices(["a", "b"], 3), 3)
    assert [reading.device for reading in (*first, *second, *third)] == ["a"] * 3 + ["b"] * 3 + ["a"] * 3
    assert len({reading.time for reading in (*first, *second, *third)}) == 9
