import json
from pathlib import Path

import msgspec
import pytest
from typer.testing import CliRunner, Result

from telemetry_loadtest.comparison_results import encode_comparison
from telemetry_loadtest.results import Verdict, decode_result, encode_result
from telemetry_operator.benchmarks.runs import save_run
from telemetry_operator.cli import app
from telemetry_operator.commands import report
from telemetry_operator.commands.report import DiffExit
from tests.support.made_comparisons import Made, made_comparison
from tests.support.made_results import Recipe, make_result, short

SHORT = short(Recipe(stall=False), 120)


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Files of runs: one, the same a third slower, and what else a user might give."""
    directory = tmp_path_factory.mktemp("runs")
    one, slower = make_result(SHORT), make_result(short(Recipe(run="other", seed=2, slower=1.35, stall=False), 120))
    made = {
        "one": one,
        "slower": slower,
        "short": make_result(short(Recipe(), 10)),
        "invalid": msgspec.structs.replace(one, verdict=Verdict.INVALID),
    }
    for name, result in made.items():
        (directory / f"{name}.json").write_bytes(encode_result(result))
    compared = made_comparison(Made({"baseline": 100.0, "redis": 130.0}))
    (directory / "comparison.json").write_bytes(encode_comparison(compared))
    (directory / "broken.json").write_text('{"format": "something else"}')
    return directory


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(app, [str(one) for one in arguments])


def test_a_report_is_written_as_html_and_markdown(runs: Path, tmp_path: Path) -> None:
    found = run("report", runs / "one.json", "--directory", tmp_path / "new")
    assert found.exit_code == 0, found.output
    written = sorted((tmp_path / "new").iterdir())
    assert [path.name for path in written] == ["20260131-120000-kafka.html", "20260131-120000-kafka.md"]
    assert found.stdout.split() == [str(path) for path in written]
    assert written[0].read_text().startswith("<!doctype html>")
    assert written[1].read_text().startswith("# nightly on site")


def test_the_whole_result_goes_to_standard_output_as_json(runs: Path) -> None:
    found = run("report", runs / "one.json", "-o", "json")
    assert decode_result(found.stdout.encode()) == make_result(SHORT)


def test_markdown_goes_to_standard_output_where_it_is_asked_for(runs: Path) -> None:
    assert run("report", runs / "one.json", "-o", "md").stdout.startswith("# nightly on site\n\n**Passed**")


def test_a_kept_run_is_found_by_the_beginning_of_its_name(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    save_run(make_result(SHORT))
    assert run("report", "20260131", "-o", "md").exit_code == 0
    assert run("report", "nobody", "-o", "md").exit_code == 1


def test_a_file_that_holds_no_result_is_refused_with_what_it_holds(runs: Path) -> None:
    found = run("report", runs / "broken.json")
    assert found.exit_code == 1
    assert "the format is 'something else'" in found.stderr


@pytest.mark.parametrize(
    ("before", "after", "code"),
    [
        ("one", "one", DiffExit.NOT_WORSE), ("one", "slower", DiffExit.WORSE), ("slower", "one", DiffExit.NOT_WORSE),
        ("short", "short", DiffExit.UNKNOWN), ("one", "short", DiffExit.UNKNOWN), ("one", "invalid", DiffExit.UNKNOWN),
    ],
)  # fmt: skip
def test_the_exit_code_says_whether_it_became_worse(runs: Path, before: str, after: str, code: int) -> None:
    assert run("diff", runs / f"{before}.json", runs / f"{after}.json").exit_code == code


def test_a_difference_is_told_with_what_else_changed(runs: Path) -> None:
    shown = run("diff", runs / "one.json", runs / "slower.json").stdout
    assert "seed" in shown
    assert any("latest p50" in line and line.rstrip().endswith("worse") for line in shown.splitlines())
    assert "p by sign flips" in shown


def test_a_difference_as_json_has_an_interval_for_each_measure(runs: Path) -> None:
    found = json.loads(run("diff", runs / "one.json", runs / "slower.json", "-o", "json").stdout)
    assert found["conclusion"] == "worse"
    latest = next(one for one in found["differences"] if one["name"] == "latest p50")
    assert 0.1 < latest["low"] < latest["change"] < latest["high"] < 0.6
    unknown = json.loads(run("diff", runs / "short.json", runs / "short.json", "-o", "json").stdout)
    assert {(one["low"], one["high"]) for one in unknown["differences"]} == {(None, None)}


def test_a_change_counts_from_where_the_user_says(runs: Path) -> None:
    assert run("diff", runs / "one.json", runs / "slower.json", "--at-least", "2").exit_code == DiffExit.NOT_WORSE


def test_runs_that_cannot_be_compared_are_told_why(runs: Path) -> None:
    assert "the stages differ" in run("diff", runs / "one.json", runs / "short.json").stderr


def test_a_comparison_has_a_report_of_its_own(runs: Path, tmp_path: Path) -> None:
    found = run("report", runs / "comparison.json", "--directory", tmp_path)
    assert found.exit_code == 0, found.output
    assert [path.suffix for path in sorted(tmp_path.iterdir())] == [".html", ".md"]
    assert "mixed: take redis." in run("report", runs / "comparison.json", "-o", "md").stdout
    written = run("report", runs / "comparison.json", "-o", "json").stdout.encode()
    assert written == (runs / "comparison.json").read_bytes()


def test_a_kept_comparison_is_found_by_its_name(monkeypatch: pytest.MonkeyPatch, runs: Path) -> None:
    monkeypatch.setattr(report, "find_comparison", lambda name: runs / f"{name}.json")
    assert run("report", "comparison", "-o", "md").stdout.startswith("# evening: 2 variants compared")


def test_two_comparisons_are_no_two_runs(runs: Path) -> None:
    found = run("diff", runs / "comparison.json", runs / "one.json")
    assert found.exit_code == 2
    assert "is a comparison, and diff takes two runs" in " ".join(found.stderr.replace("│", " ").split())
