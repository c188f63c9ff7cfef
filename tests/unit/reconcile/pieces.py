"""Objects of which pieces are missing: what code that reads live objects has to bear."""

from random import Random
from typing import Any

from hypothesis import strategies as st

LEFT_OUT = 0.08
NULL = 0.04


def with_pieces_missing(given: Any) -> st.SearchStrategy[Any]:  # noqa: ANN401 - JSON
    """The value with some of its inner names and items left out, or null where the API server may write null."""
    return st.integers(0, 2**32).map(lambda seed: _thinned(given, Random(seed)))


def _thinned(given: Any, chance: Random) -> Any:  # noqa: ANN401 - JSON
    if isinstance(given, list):
        return [_thinned(inner, chance) for inner in given if chance.random() > LEFT_OUT]
    if not isinstance(given, dict):
        return given
    kept = {name: _thinned(inner, chance) for name, inner in given.items() if chance.random() > LEFT_OUT}
    return {name: None if chance.random() < NULL else inner for name, inner in kept.items()}
