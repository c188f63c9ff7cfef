import pytest
from tools.bench.documents import BEGIN, END, MarkersMissingError, fill
from tools.bench.processes import ROOT
from tools.bench.rows import LIMIT_WORK, ROWS, Limit

from tests.unit.bench.runs import cell, run_of

RUN = run_of(cell("batch-queued/kafka", 1000, connections=16), cell(Limit.EMPTY_APP, 10_000, connections=64))
DOCUMENT = (ROOT / "docs" / "performance.md").read_text()


def test_results_replace_what_stood_between_the_markers_and_nothing_else() -> None:
    filled = fill(f"before\n{BEGIN}\nold\n{END}\nafter\n", RUN)
    assert filled.startswith(f"before\n{BEGIN}\n")
    assert filled.endswith(f"{END}\nafter\n")
    assert "old" not in filled
    assert "| batch-queued | kafka | 1,000 requests/s" in filled


def test_filling_again_changes_nothing() -> None:
    once = fill(f"{BEGIN}\n{END}\n", RUN)
    assert fill(once, RUN) == once


@pytest.mark.parametrize("document", ["", BEGIN, f"{END}\n{BEGIN}", f"{BEGIN}\n{END}\n{BEGIN}\n{END}"])
def test_a_document_without_its_place_is_refused(document: str) -> None:
    with pytest.raises(MarkersMissingError):
        fill(document, RUN)


def test_the_projects_document_has_the_place() -> None:
    assert "batch-queued" in fill(DOCUMENT, RUN)


@pytest.mark.parametrize("name", [*(row.name for row in ROWS), *LIMIT_WORK])
def test_every_row_and_limit_is_documented(name: str) -> None:
    assert f"`{name}`" in DOCUMENT
