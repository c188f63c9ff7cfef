import re
from pathlib import Path

import pytest

from tests.unit.docs.markdown import ROOT, headings, links

DECISIONS = sorted((ROOT / "docs" / "adr").glob("[0-9]*.md"))
INDEX = ROOT / "docs" / "adr" / "README.md"


def title_of(path: Path) -> str:
    return next(headings(path))


def test_decisions_are_numbered_without_gaps() -> None:
    assert [int(path.name[:4]) for path in DECISIONS] == list(range(1, len(DECISIONS) + 1))


@pytest.mark.parametrize("path", DECISIONS, ids=lambda path: path.stem)
def test_a_decision_has_its_number_and_says_whether_it_holds(path: Path) -> None:
    assert title_of(path).startswith(f"{int(path.name[:4])}. ")
    assert re.match(r"# .+\n\n(Accepted|Superseded by \[\d{4}\]\(\d{4}-[a-z-]+\.md\)), \d{4}\.\n", path.read_text())


def test_the_index_has_each_decision_once_and_in_order() -> None:
    assert [link for link in links(INDEX) if re.match("[0-9]", link)] == [path.name for path in DECISIONS]


@pytest.mark.parametrize("path", DECISIONS, ids=lambda path: path.stem)
def test_the_index_has_a_decisions_title(path: Path) -> None:
    assert f"[{title_of(path).partition('. ')[2]}]({path.name})" in INDEX.read_text()
