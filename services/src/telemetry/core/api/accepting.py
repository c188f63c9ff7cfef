"""Which of two types of answer a client would rather have, by its `Accept` header (RFC 9110, section 12.5.1)."""

from collections.abc import Sequence
from typing import Final

MOST: Final = 32  # ranges of a header that are looked at


def preferred(accept: str, offered: Sequence[str]) -> str:
    """Return the type of those offered that the header likes best; of equals, and where it likes none, the first."""
    weights = [_weight(part) for part in accept.split(",")[:MOST]]
    return max(offered, key=lambda media: _quality(media, weights))


def _quality(media: str, weights: Sequence[tuple[str, float]]) -> float:
    """Return how much a type is liked: by the range that names it best."""
    kind = media.partition("/")[0]
    for name in (media, f"{kind}/*", "*/*"):
        found = [quality for accepted, quality in weights if accepted == name]
        if found:
            return found[0]
    return 0.0


def _weight(part: str) -> tuple[str, float]:
    media, *parameters = (piece.strip().lower() for piece in part.split(";"))
    quality = next((it[2:] for it in parameters if it.startswith("q=")), "1")
    try:
        return media, float(quality)
    except ValueError:
        return media, 0.0
