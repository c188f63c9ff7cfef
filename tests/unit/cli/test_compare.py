"""What telemetryctl says of a comparison: before, while it runs, and at its end."""

from pathlib import Path

import msgspec
import pytest
from rich.console import Console
from typer.testing import CliRunner, Result

from telemetry_loadtest.comparison_plan import cells_of
from telemetry_loadtest.results import Machine, Verdict
from telemetry_operator.benchmarks.comparing.kept import all_kept
from telemetry_operator.benchmarks.comparing.running import Ending
from telemetry_operator.cli import app
from telemetry_operator.commands import comparing
from telemetry_operator.commands.compare import CompareExit
from telemetry_operator.commands.compare_plan import beforehand
from telemetry_operator.commands.compare_progress import came_to, time_left
from telemetry_operator.commands.compare_report import comparison_table
from telemetry_operator.commands.interruption import interruption
from telemetry_operator.local.files import exclusive
from tests.support.made_comparisons import Made, made_comparison, seven
from tests.unit.benchmarks.comparing.made import begun, record_of
from tests.unit.specs.test_comparison import HEADER, TWO


@pytest.fixture(autouse=True)
def _own_directories(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "c.yaml"
    path.write_text(f"{HEADER}spec: {{{TWO}, profiles: [mixed], blocks: 2}}\n")
    return path


def compare(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["compare", *arguments])


def shown(made: Made, width: int = 80) -> str:
    console = Console(width=width)
    with console.capture() as captured:
        console.print(comparison_table(made_comparison(made, failing={"b03-mixed-kafka": "the generator was late"})))
    return captured.get()


def test_the_plan_is_said_and_nothing_is_begun(file: Path) -> None:
    told = compare(str(file), "--plan", "--output", "json")
    plan = msgspec.json.decode(told.stdout)
    assert len(plan["cells"]) == 4
    assert "A win needs 6 blocks, and there are 2" in plan["outlook"][1]
    assert all_kept() == []


def test_a_plan_shows_each_cell_to_a_person(file: Path) -> None:
    lines = compare(str(file), "--plan").stdout.splitlines()
    assert [line.split()[:3] for line in lines if "mixed" in line] == [
        [str(place), str(block), "mixed"] for place, block in ((1, 1), (2, 1), (3, 2), (4, 2))
    ]


@pytest.mark.parametrize(
    ("spec", "told"),
    [
        ("variants: []", "at least 2 entries are needed"),
        ("variants: [{architecture: baseline}, {architecture: scale}]", "1 variants are there to be ranked"),
    ],
)
def test_a_manifest_that_is_not_fit_for_it_ends_with_two(tmp_path: Path, spec: str, told: str) -> None:
    path = tmp_path / "bad.yaml"
    path.write_text(f"{HEADER}spec: {{{spec}}}\n")
    result = compare(str(path))
    assert result.exit_code == CompareExit.USAGE
    assert told in result.stderr


def test_a_second_comparison_at_a_time_is_refused(file: Path, tmp_path: Path) -> None:
    lock = tmp_path / "state" / "telemetry-platform" / ".compare.run.lock"
    lock.parent.mkdir(parents=True)
    with exclusive(lock):
        result = compare(str(file))
    assert result.exit_code == CompareExit.USAGE
    assert "a comparison is running here already" in result.stderr


ENDS = {
    Ending.FINISHED: CompareExit.DONE,
    Ending.STOPPED: CompareExit.ABORTED,
    Ending.DEADLINE: CompareExit.ABORTED,
    Ending.HOPELESS: CompareExit.ERROR,
}


@pytest.mark.parametrize("ending", Ending)
def test_each_ending_has_its_exit_code_and_only_an_end_is_kept_as_one(
    file: Path, monkeypatch: pytest.MonkeyPatch, ending: Ending
) -> None:
    monkeypatch.setattr(comparing, "run_cells", lambda *_: ending)
    monkeypatch.setattr(interruption, "heed", lambda _: None)  # a test's signals are its runner's
    result = compare(str(file))
    assert result.exit_code == ENDS[ending]
    assert [kept.finished for kept in all_kept()] == [ENDS[ending] is not CompareExit.ABORTED]
    assert ("The same command goes on" in result.stderr) is (ENDS[ending] is CompareExit.ABORTED)


def test_what_is_gone_on_with_and_what_runs_beside_it_is_told() -> None:
    kept = begun()
    kept.keep(record_of(cells_of(kept.begun.plan)[0]))
    here = Machine("Linux", "any", 2, 1, 1.01, shared=True)
    *_, on, beside, busy = beforehand(kept, ["mine"], here)
    assert on.startswith(f"Going on with {kept.begun.run}: 1 of 4 cells are done")
    assert beside.startswith("warning: mine runs here too")
    assert busy.startswith("warning: this machine is busy (load 1.01 on 2 cores)")
    idle = msgspec.structs.replace(here, load_before=1.0)
    assert not [line for line in beforehand(begun(), [], idle) if "warning" in line]


def test_a_cell_is_told_by_its_number_or_why_it_has_none() -> None:
    plan = begun().begun.plan
    cell = cells_of(plan)[0]
    assert came_to(record_of(cell, 123.4), plan) == "ceiling 123 requests/s (Passed)"
    assert came_to(record_of(cell, None, Verdict.ERROR), plan) == "no number: as told"


def test_the_time_that_is_left_is_as_planned_and_then_as_seen() -> None:
    plan = begun().begun.plan
    assert time_left(plan, [], 4, 0) == 4 * plan.cell_seconds
    assert time_left(plan, [10, 20], 2, 5) == 10 + 15
    assert time_left(plan, [10], 2, 99) == 10


def test_winner_cost_noise_and_doubt_are_in_the_table() -> None:
    text = shown(seven())
    assert "mixed: ceiling, requests/s, over 7 blocks" in text
    for word in ("wins", "taken for 1,000 good requests", "Noise, mixed: scale, which is baseline", "7/8"):
        assert word in text


def test_nothing_is_cut_off_in_a_terminal_of_eighty_columns() -> None:
    assert "…" not in shown(seven())


def test_too_few_blocks_are_said_to_be_too_few() -> None:
    few = shown(Made({"baseline": 100, "redis": 200}, blocks=3))
    assert "mixed: insufficient data (3 blocks; a win needs 6)" in few
