import re
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
from tools.bench.documents import MarkersMissingError
from tools.bench.processes import ROOT
from tools.results.page import describe_comparison, fill_results, pictures

from telemetry_loadtest.comparison_results import decode_comparison
from tests.support.made_comparisons import Made, made_comparison

MADE = made_comparison(Made({"baseline": 100.0, "redis": 130.0}, profiles=("read-heavy", "mixed")))
BEGIN, END = "<!-- evening: written by `make results`, not by hand -->", "<!-- end of evening -->"
PLACE = f"before\n{BEGIN}\nwhat was before\n{END}\nafter\n"
DOCS = ROOT / "docs"


def test_a_comparison_takes_its_place_and_no_more() -> None:
    page = fill_results(PLACE, MADE)
    assert page.startswith(f"before\n{BEGIN}")
    assert page.endswith(f"{END}\nafter\n")
    assert "what was before" not in page
    assert fill_results(page, MADE) == page


def test_a_page_without_a_place_for_it_is_refused() -> None:
    with pytest.raises(MarkersMissingError):
        fill_results("nothing", MADE)


def test_the_headings_stand_below_the_pages_own() -> None:
    headings = re.findall(r"^(#+) (.*)$", describe_comparison(MADE), re.MULTILINE)
    assert all(len(marks) >= len("###") for marks, _ in headings)
    assert {"read-heavy", "mixed", "All pairs", "What this does not show"} <= {title for _, title in headings}


def test_cells_and_the_manifest_are_left_to_their_files() -> None:
    text = describe_comparison(MADE)
    assert "b02-mixed-redis" not in text
    assert "```" not in text


def test_each_plot_is_a_picture_that_is_shown() -> None:
    text = describe_comparison(MADE)
    drawn = list(pictures(MADE))
    assert len({one.file for one in drawn}) == len(drawn) > 0
    assert all(f"(results/{one.file})" in text for one in drawn)
    assert all(ET.fromstring(one.svg).tag.endswith("svg") for one in drawn)  # noqa: S314 - our own


@pytest.mark.parametrize("path", sorted((DOCS / "results").glob("*.json")), ids=lambda path: path.stem)
def test_the_committed_page_is_made_of_the_committed_comparison(path: Path) -> None:
    page = (DOCS / "results.md").read_text()
    comparison = decode_comparison(path.read_bytes())
    assert fill_results(page, comparison) == page
    assert all((path.parent / one.file).read_text() == one.svg for one in pictures(comparison))
