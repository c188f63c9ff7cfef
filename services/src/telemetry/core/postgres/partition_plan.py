"""Which partitions the readings table should have: pure arithmetic on spans of time, all in microseconds.

A time is kept if it lies within the bounds of now; partitions exist for such times only, so that neither a late nor a
far-future reading makes tables without end.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from typing import Final

import msgspec

from telemetry.core.outcomes import Outcome
from telemetry_contract.times import MICROSECONDS_PER_DAY, MICROSECONDS_PER_SECOND

HOUR: Final = 3600 * MICROSECONDS_PER_SECOND
DAY: Final = MICROSECONDS_PER_DAY
MARGIN: Final = 5 * 60 * MICROSECONDS_PER_SECOND  # between refusing a time and dropping its partition

# The longest retention that a width serves; every width is a multiple of the one before.
_WIDTHS: Final = ((2 * DAY, HOUR), (100 * DAY, DAY))
_WIDEST: Final = 7 * DAY


class Bounds(msgspec.Struct, frozen=True):
    """The oldest and the newest time that a reading may have now."""

    oldest: int
    newest: int

    def verdict(self, time: int) -> Outcome | None:
        """Return what becomes of a reading of this time by its time alone, `None` if it may be stored."""
        if time < self.oldest:
            return Outcome.EXPIRED
        return Outcome.DEAD if time > self.newest else None


class Span(msgspec.Struct, frozen=True, order=True):
    """A half-open range of times; a partition holds one."""

    start: int
    end: int

    @property
    def partition(self) -> str:
        """The partition's name; spans begin at whole hours and never overlap, so the beginning names them."""
        return datetime.fromtimestamp(self.start // MICROSECONDS_PER_SECOND, UTC).strftime("readings_%Y%m%d%H")


def bounds(now: int, retention: int, *, margin: int = MARGIN, ahead: int = DAY) -> Bounds:
    """Return the bounds of readings at `now`; a reading within `margin` of retention's end is refused already."""
    return Bounds(now - retention + margin, now + ahead)


def partition_width(retention: int) -> int:
    """Return how much time one partition holds: a day, or what keeps their number between a few and a few dozen."""
    return next((width for longest, width in _WIDTHS if retention < longest), _WIDEST)


def missing_spans(times: Iterable[int], width: int, existing: Iterable[Span]) -> list[Span]:
    """Return the partitions to make so that each time has one, cut to fit between those that exist."""
    taken = sorted(existing)
    cells = sorted({time // width * width for time in times if not any(it.start <= time < it.end for it in taken)})
    return [gap for start in cells for gap in _gaps(Span(start, start + width), taken)]


def times_ahead(now: int, newest: int, width: int) -> list[int]:
    """Return one time in each partition that is needed from now on, one partition's width before it is."""
    return list(range(now, newest + 2 * width, width))


def expired_spans(existing: Iterable[Span], now: int, retention: int) -> list[Span]:
    """Return the partitions that hold nothing but readings past retention, oldest first."""
    return sorted(span for span in existing if span.end <= now - retention)


def _gaps(cell: Span, taken: Sequence[Span]) -> Iterator[Span]:
    free_from = cell.start
    for span in taken:
        if span.end <= free_from or span.start >= cell.end:
            continue
        if span.start > free_from:
            yield Span(free_from, span.start)
        free_from = span.end
    if free_from < cell.end:
        yield Span(free_from, cell.end)
