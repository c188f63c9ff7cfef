"""What is kept of a comparison is found again as it was."""

import os

import pytest

from telemetry_loadtest.comparison_judging import assess
from telemetry_loadtest.comparison_plan import cells_of
from telemetry_loadtest.results import Verdict
from telemetry_operator.benchmarks.comparing.cell import Job
from telemetry_operator.benchmarks.comparing.kept import (
    Kept,
    UnknownComparisonError,
    all_kept,
    find_comparison,
    last_of,
)
from telemetry_operator.benchmarks.comparing.running import provenance_of
from tests.unit.benchmarks.comparing.made import SHORT, begun, record_of
from tests.unit.specs.test_comparison import parse


def finish(kept: Kept) -> Kept:
    result = assess(kept.begun.plan, kept.records(), provenance_of(Job(parse(SHORT), kept)))
    kept.finish(result)
    return kept


def test_a_comparison_is_read_as_it_was_begun() -> None:
    kept = begun()
    assert last_of("c") == kept
    assert all_kept()[0].begun == kept.begun
    assert not kept.finished


def test_nothing_was_begun_at_first() -> None:
    assert all_kept() == []
    assert last_of("c") is None


def test_cells_that_have_their_record_are_not_run_again() -> None:
    kept = begun()
    first, second, *others = cells_of(kept.begun.plan)
    kept.keep(record_of(second))
    assert kept.remaining() == [first, *others]
    assert kept.records() == [record_of(second)]
    assert kept.total == 4


def test_a_cell_that_failed_or_met_its_deadline_is_done() -> None:
    kept = begun()
    first, second, *others = cells_of(kept.begun.plan)
    kept.keep(record_of(first, None, Verdict.ERROR))
    kept.keep(record_of(second, None, Verdict.ABORTED))
    assert kept.remaining() == others


def test_a_cell_that_is_forgotten_is_run_again() -> None:
    kept = begun()
    first = cells_of(kept.begun.plan)[0]
    kept.keep(record_of(first))
    kept.forget(record_of(first))
    assert kept.remaining() == cells_of(kept.begun.plan)


def test_the_newest_of_a_name_is_the_one_that_is_gone_on_with() -> None:
    older, newer = begun(), begun()
    os.utime(older.root / "begun.json", (1, 1))
    assert last_of("c") == newer


def test_a_finished_comparison_is_found_by_its_name_its_beginning_or_as_the_last() -> None:
    kept = finish(begun())
    run = kept.begun.run
    assert {find_comparison(name) for name in (run, run[:-2], "last", str(kept.end))} == {kept.end}


def test_an_unfinished_comparison_has_no_result_to_find() -> None:
    kept = begun()
    with pytest.raises(UnknownComparisonError) as refused:
        find_comparison(kept.begun.run)
    assert refused.value.hint == "none is finished yet: telemetryctl compare FILE"
