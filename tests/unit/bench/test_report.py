from io import StringIO

from rich.console import Console
from tools.bench.report import describe_cell, notes, print_run
from tools.bench.rows import Limit

from tests.unit.bench.runs import cell, run_of

OURS = "batch-queued/kafka"


def test_the_table_shows_ours_the_limits_the_share_and_the_goal() -> None:
    output = StringIO()
    run = run_of(cell(OURS, 1204, connections=16, p50=1.0, p99=9.0), cell(Limit.EMPTY_APP, 12345, connections=64))
    print_run(Console(file=output, width=200), run)
    for text in ("batch-queued", "1,200 requests/s", "1.0 / 9.0 ms", "empty-app 12,300 (10%)", "≥ 0.048", "met"):
        assert text in output.getvalue()


def test_the_load_generators_own_ceiling_is_said() -> None:
    run = run_of(cell(Limit.EMPTY_APP, 20_000, connections=64, cpu={"load": 0.4}))
    assert "ceiling is about 50,000 requests/s" in " ".join(notes(run))


def test_a_load_generator_without_room_is_warned_of() -> None:
    run = run_of(cell(OURS, 20_000, connections=64, cpu={"load": 0.97}))
    assert "the load generator used 97% of its core" in " ".join(notes(run))


def test_others_at_work_during_a_measurement_are_warned_of() -> None:
    run = run_of(cell(OURS, 1, cpu={"others": 1.5}), cell(Limit.EMPTY_APP, 1, cpu={"others": 0.01, "load": 0.1}))
    assert "in 1 of 2 measurements others used more than 20% of a core, up to 150%" in " ".join(notes(run))


def test_wrong_answers_are_told_at_once() -> None:
    assert "wrong: {'503': 3}" in describe_cell(cell(OURS, 5, wrong={"503": 3}))
