"""What telemetryctl says of a run: while it runs, at its end, and by its exit code."""

from pathlib import Path

import msgspec
import pytest
from rich.console import Console
from typer.testing import CliRunner
from typer.testing import Result as Ended

from telemetry_loadtest.assembling import Surroundings, assemble
from telemetry_loadtest.measured import Measured, Passed
from telemetry_loadtest.measuring import Measurement
from telemetry_loadtest.plan import PlannedBound
from telemetry_loadtest.results import (
    Books,
    Bound,
    CeilingFound,
    CeilingStep,
    Freshness,
    Generator,
    Result,
    Tally,
    Verdict,
)
from telemetry_loadtest.slo import Watch, judge_bounds
from telemetry_loadtest.suites import Suite
from telemetry_loadtest.verdict import Cause
from telemetry_loadtest.windows import Accounts
from telemetry_operator.cli import app
from telemetry_operator.commands.bench import EXITS, BenchExit
from telemetry_operator.commands.bench_progress import second_in_words
from telemetry_operator.commands.bench_report import result_table
from tests.unit.benchmarks.test_searching import PROVENANCE
from tests.unit.loadtest.plans import LATEST, health_of, plan_of, report_of

SEEN = Freshness(9, 1, 4.0, 8.0, 40.0, 41.0)


def books(missing: int = 0) -> Books:
    told = Tally(10, "0" * 32)
    return Books(told, told, Tally(10 - missing, "0" * 32), {"stored": 10}, 0, 0, missing, 0, 0.3, closed=not missing)


def result(*, limit: float = 100.0, missing: int = 0, faults: tuple[str, ...] = ()) -> Result:
    plan = plan_of(PlannedBound(LATEST, "p95", limit))
    measurement = Measurement(plan)
    measurement.take(report_of(0, good={50_000: 20}, stage=0))
    measurement.take(report_of(1, good={50_000: 20}, stage=0))
    measurement.take(report_of(2, good={50_000: 30}, bad=2))
    generator = Generator(1, 0, 6000.0, list(faults), [health_of(2, slip=3.0)])
    measured = Measured(
        cause=Cause.FINISHED, detail="", begin=0, duration=3.0, stages=measurement.stages, seconds=measurement.seconds,
        summaries=measurement.summaries(), histograms=[], generator=generator, accounts=Accounts(), freshness=SEEN,
        bounds=judge_bounds(plan, measurement, SEEN, Watch(plan)),
    )  # fmt: skip
    return assemble(plan, PROVENANCE, measured, books(missing), Surroundings(notes=["One machine."]))


def shown(found: Result) -> str:
    console = Console(width=80)
    with console.capture() as captured:
        console.print(result_table(found))
    return captured.get()


def test_the_verdict_comes_first_and_all_that_it_rests_on_follows() -> None:
    text = shown(result())
    assert text.startswith("Passed: every bound held, and the books close")
    assert "Books closed: 10 of 10 acknowledged readings are stored (stored 10)" in text
    assert "one worker alone got 6,000 requests/s" in text
    assert "p99 40 ms of 9; 1 unseen" in text
    assert "One machine." in text


def test_nothing_is_cut_off_in_a_terminal_of_eighty_columns() -> None:
    assert "…" not in shown(result())


def test_a_run_that_lost_data_has_no_good_rate() -> None:
    text = shown(result(missing=3))
    assert text.startswith("Failed: the books do not close: 3 acknowledged readings are not stored")
    assert "none: data was lost" in text


def test_a_broken_bound_stands_with_what_was_measured() -> None:
    assert "latest p95 50.0 ms, limit 20.0 ms" in shown(result(limit=20.0))


def test_a_bound_of_what_was_never_called_is_not_said_to_hold() -> None:
    silent = Bound("aggregate", "p95", 300.0, None, 0, held=True)
    assert "not measured" in shown(msgspec.structs.replace(result(), bounds=[silent]))


def test_a_generator_that_was_not_well_is_told_before_anything_else() -> None:
    found = result(limit=20.0, missing=3, faults=("it was late",))
    assert (found.verdict, found.reason) == (Verdict.INVALID, "it was late")


def test_a_search_shows_what_was_tried() -> None:
    steps = [CeilingStep(100, held=True, reason="held"), CeilingStep(200, held=False, reason="latest p95 400.0 ms")]
    text = shown(msgspec.structs.replace(result(), ceiling=CeilingFound(100, 200, steps)))
    assert "200.0" in text
    assert "latest p95 400.0 ms" in text


def test_the_warm_up_is_not_among_the_latencies() -> None:
    rows = [line.split() for line in shown(result()).splitlines()]
    assert [row[0] for row in rows if len(row) > 5 and row[1] == "latest"] == ["even"]


def test_a_second_is_told_in_a_line() -> None:
    second = result().seconds[2]
    assert second_in_words(Passed(second, "Failed", "too slow")) == (
        "   3 s even: offered 32, achieved 32, good 30, p95 50.0 ms, dropped 0; so far Failed (too slow)"
    )


def test_each_verdict_has_its_exit_code() -> None:
    codes = {verdict.value: int(code) for verdict, code in EXITS.items()}
    assert codes == {"Passed": 0, "Failed": 1, "Aborted": 3, "Invalid": 4, "Error": 5}


def bench(directory: Path, *arguments: str) -> Ended:
    """The command where no platform is."""
    return CliRunner().invoke(app, ["bench", *arguments], env={"XDG_STATE_HOME": str(directory)})


@pytest.mark.parametrize("suite", Suite)
def test_a_suite_needs_no_file(suite: Suite, tmp_path: Path) -> None:
    ended = bench(tmp_path, "--suite", suite, "--platform", "nowhere")
    assert ended.exit_code == BenchExit.USAGE
    assert "no platform nowhere" in ended.output


@pytest.mark.parametrize("arguments", [(), ("--suite", "smoke"), ("some.yaml", "--suite", "smoke", "--platform", "x")])
def test_one_load_is_asked_for(arguments: tuple[str, ...], tmp_path: Path) -> None:
    ended = bench(tmp_path, *arguments)
    assert ended.exit_code == BenchExit.USAGE
    assert "--suite together with --platform" in " ".join(ended.output.replace("│", " ").split())
