from tools.bench.results import Cell
from tools.bench.rows import Limit
from tools.bench.summary import Result, Verdict, summarise

from tests.unit.bench.runs import cell, run_of

OURS = "batch-queued/kafka"  # its goal is 0.048 of the empty app


def result_of(*cells: Cell) -> Result:
    (result,) = summarise(run_of(*cells))
    return result


def test_a_row_counts_at_the_connections_where_its_median_is_highest() -> None:
    low = [cell(OURS, rate, repetition=number, connections=4) for number, rate in enumerate((10, 10, 500))]
    high = [cell(OURS, rate, repetition=number, connections=16) for number, rate in enumerate((30, 40, 20))]
    best = result_of(*low, *high).best
    assert best is not None
    assert (best.connections, best.rate.median, best.rate.low, best.rate.high) == (16, 30, 20, 40)


def test_the_share_is_taken_repetition_by_repetition() -> None:
    ours = [cell(OURS, rate, repetition=number) for number, rate in enumerate((10, 60, 30))]
    reference = [cell(Limit.EMPTY_APP, rate, repetition=number) for number, rate in enumerate((100, 300, 100))]
    share = result_of(*ours, *reference).share
    assert share is not None
    assert (share.median, share.low, share.high) == (0.2, 0.1, 0.3)


def test_a_share_of_the_goal_meets_it() -> None:
    assert result_of(cell(OURS, 48), cell(Limit.EMPTY_APP, 1000)).verdict is Verdict.MET


def test_below_the_goal_half_of_the_nearest_limit_is_said() -> None:
    found = result_of(cell(OURS, 40), cell(Limit.EMPTY_APP, 1000), cell(Limit.PRODUCE_100, 80))
    assert found.verdict is Verdict.HALF_OF_LIMIT


def test_below_the_goal_and_below_half_of_every_limit_is_missed() -> None:
    found = result_of(cell(OURS, 39), cell(Limit.EMPTY_APP, 1000), cell(Limit.PRODUCE_100, 80))
    assert found.verdict is Verdict.MISSED


def test_speed_with_wrong_answers_does_not_count() -> None:
    found = result_of(cell(OURS, 900, wrong={"503": 10}), cell(Limit.EMPTY_APP, 1000))
    assert found.verdict is Verdict.UNSOUND


def test_a_row_without_its_reference_is_incomplete() -> None:
    assert result_of(cell(OURS, 900)).verdict is Verdict.INCOMPLETE
    assert result_of(cell(Limit.EMPTY_APP, 1000)).verdict is Verdict.INCOMPLETE
