import pytest
from tools.reference.pages import DOCS, PAGES


@pytest.mark.parametrize("name", PAGES)
def test_the_committed_page_says_what_the_code_says(name: str) -> None:
    assert (DOCS / name).read_text() == PAGES[name](), "make it anew: make docs"
