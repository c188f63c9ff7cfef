"""Results are found again by the names of their runs."""

import os
from pathlib import Path

import pytest

from telemetry_operator.benchmarks.runs import UnknownRunError, find_run, run_names, runs_directory


@pytest.fixture(autouse=True)
def _kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    runs_directory().mkdir(parents=True)
    for age, name in enumerate(("b-2", "a-1", "a-2")):
        path = runs_directory() / f"{name}.json"
        path.write_text("{}")
        os.utime(path, (age, age))


def test_runs_stand_in_the_order_in_which_they_were_kept() -> None:
    assert run_names() == ["b-2", "a-1", "a-2"]


@pytest.mark.parametrize(("asked", "found"), [("a-1", "a-1"), ("b", "b-2"), ("last", "a-2")])
def test_a_run_is_found_by_its_name_its_beginning_or_as_the_last(asked: str, found: str) -> None:
    assert find_run(asked).stem == found


def test_a_file_is_a_run_too(tmp_path: Path) -> None:
    file = tmp_path / "copied.json"
    file.write_text("{}")
    assert find_run(str(file)) == file


@pytest.mark.parametrize("asked", ["a", "c"])
def test_a_name_that_is_no_ones_or_of_several_is_refused(asked: str) -> None:
    with pytest.raises(UnknownRunError) as refused:
        find_run(asked)
    assert refused.value.hint == "kept are: b-2, a-1, a-2"
