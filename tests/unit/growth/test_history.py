from tools.growth.history import SPAN, extents


def test_both_histories_end_together_and_are_equally_dense() -> None:
    short, long = extents(100_000, 10_000_000, 1000, now=2_000_000_000_000_000)
    assert (short.end, short.every) == (long.end, long.every)
    assert (short.ticks, long.ticks) == (100, 10_000)


def test_the_long_one_lies_within_retention() -> None:
    _, long = extents(1_000, 10_000_000, 1000, now=2_000_000_000_000_000)
    assert long.end - long.begin <= SPAN
