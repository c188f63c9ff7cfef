"""Objects of which pieces are missing: what code that reads live objects has to bear."""

from typing import Any

from hypothesis import strategies as st


@st.composite
def with_pieces_missing(draw: st.DrawFn, given: Any) -> Any:  # noqa: ANN401 - JSON
    """The value with some of its inner names and items left out, or null where the API server may write null."""
    if isinstance(given, list):
        return [draw(with_pieces_missing(inner)) for inner in given if draw(_kept())]
    if not isinstance(given, dict):
        return given
    kept = {name: draw(with_pieces_missing(inner)) for name, inner in given.items() if draw(_kept())}
    return {name: None if draw(_nulled()) else inner for name, inner in kept.items()}


def _kept() -> st.SearchStrategy[bool]:
    return st.integers(0, 9).map(bool)


def _nulled() -> st.SearchStrategy[bool]:
    return st.integers(0, 19).map(lambda drawn: drawn == 1)
