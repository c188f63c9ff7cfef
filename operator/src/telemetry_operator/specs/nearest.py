"""The name that a person probably meant."""

from collections.abc import Iterable
from difflib import get_close_matches


def nearest(name: str, allowed: Iterable[str]) -> str | None:
    """The allowed name that is most like the one given, whatever its case; none if nothing is like it."""
    by_folded = {_folded(candidate): candidate for candidate in allowed}
    matches = get_close_matches(_folded(name), by_folded, n=1)
    return by_folded[matches[0]] if matches else None


def suggestion(name: str, allowed: Iterable[str]) -> str:
    """`; did you mean X?`, or nothing."""
    found = nearest(name, allowed)
    return f"; did you mean {found}?" if found else ""


def _folded(name: str) -> str:
    return name.casefold().replace("_", "").replace("-", "")
