import os

import pytest
from tools.bench.layout import Layout, choose_layout, own_cores, pinned


@pytest.mark.parametrize(
    ("cores", "layout"),
    [
        ([3], Layout((3,), (3,), (3,))),
        ([1, 0], Layout((0,), (1,), (1,))),
        ([0, 1, 2, 3], Layout((0,), (1,), (2, 3))),
    ],
)
def test_the_program_under_test_comes_first_then_the_load_then_the_servers(cores: list[int], layout: Layout) -> None:
    assert choose_layout(cores) == layout


def test_what_shares_a_core_is_said() -> None:
    assert "load generator and servers share it" in choose_layout([0, 1]).describe()
    assert "share it" not in choose_layout([0, 1, 2]).describe()


def test_own_cores_are_as_before_after_pinning() -> None:
    before = own_cores()
    one = min(before)
    with pinned({one}):
        assert os.sched_getaffinity(0) == {one}
    assert own_cores() == before
