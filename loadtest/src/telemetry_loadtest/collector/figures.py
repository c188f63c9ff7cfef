"""Figures of a server, computed from what it counts: as it stands, by the second, or as a share of two counts."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import NamedTuple, TypeAlias

Counts: TypeAlias = Mapping[str, float]


class Look(NamedTuple):
    """What a server counted at a moment, seconds since the epoch."""

    at: float
    counts: Counts


class Figure(NamedTuple):
    """One figure. `of` computes it from two looks, and from one alone where that is enough; None: it cannot be said."""

    measure: str
    unit: str
    of: Callable[[Look | None, Look], float | None]


def gauge(measure: str, unit: str, key: str) -> Figure:
    """What stands at the moment."""
    return Figure(measure, unit, lambda _, now: now.counts.get(key))


def rate(measure: str, unit: str, key: str) -> Figure:
    """How much a count grew in a second; a count that shrank began anew, and says nothing."""

    def of(before: Look | None, now: Look) -> float | None:
        grown = _growth(before, now, key)
        return None if grown is None or before is None else grown / (now.at - before.at)

    return Figure(measure, unit, of)


def share(measure: str, part: str, rest: str) -> Figure:
    """What share of both counts' growth was that of the first; None while neither grew."""

    def of(before: Look | None, now: Look) -> float | None:
        first, second = _growth(before, now, part), _growth(before, now, rest)
        if first is None or second is None or not first + second:
            return None
        return first / (first + second)

    return Figure(measure, "share", of)


def computed(figures: Sequence[Figure], before: Look | None, now: Look) -> Iterator[tuple[Figure, float]]:
    for figure in figures:
        value = figure.of(before, now)
        if value is not None:
            yield figure, value


def _growth(before: Look | None, now: Look, key: str) -> float | None:
    if before is None or now.at <= before.at:
        return None
    old, new = before.counts.get(key), now.counts.get(key)
    return None if old is None or new is None or new < old else new - old
