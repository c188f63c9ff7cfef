"""When each platform is to be visited next: the work queue's decisions, without a loop or a clock of their own.

Invariants: a platform is visited by one visit at a time; a change that is noted during a visit leads to another; what
was noted is forgotten only by a visit that found the platform gone. Times are seconds of a monotonic clock.
"""

import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, NamedTuple


class PlatformName(NamedTuple):
    """What tells the platforms of a cluster apart."""

    namespace: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How soon a platform is visited again, all in seconds."""

    resync: float = 300.0
    """After a visit that went well, though nothing is known to have changed."""
    settle: float = 0.1
    """A change waits so long for those that come with it."""
    gap: float = 1.0
    """Between visits of one platform, however often it changes."""
    first_backoff: float = 1.0
    longest_backoff: float = 120.0
    failed_gap: float = 5.0
    """As `gap`, after failed visits: their own writes are changes too, and must not drive them in a circle."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What a visit says of the next."""

    again: float | None = None
    """Seconds until it is wanted, sooner than the resync."""
    gone: bool = False
    """There is no such platform any more."""
    failed: bool = False
    """It did not do all that it wanted to: again after a while, longer each time."""


@dataclass(slots=True)
class _Entry:
    due: float
    earliest: float
    """No change brings the next visit before this."""
    failures: int = 0
    begun: float | None = None
    """When the visit under way began."""
    changed: bool = False
    """Something changed since the visit under way began."""


_LARGEST_DOUBLING: Final = 30  # beyond it a power of two is only a large number


class Schedule:
    """The platforms that are known, and when each is due."""

    def __init__(self, pace: Pace, *, chance: Callable[[], float] = random.random) -> None:
        self._pace = pace
        self._chance = chance
        self._entries: dict[PlatformName, _Entry] = {}

    def note(self, platform: PlatformName, now: float) -> None:
        """Note that something of the platform changed."""
        entry = self._entries.get(platform)
        if entry is None:
            self._entries[platform] = _Entry(due=now + self._pace.settle, earliest=now)
        elif entry.begun is not None:
            entry.changed = True
        else:
            self._hasten(entry, now)

    def take(self, now: float) -> PlatformName | None:
        """Begin the visit that has been due the longest, if any is."""
        due = [(entry.due, name) for name, entry in self._entries.items() if entry.begun is None and entry.due <= now]
        if not due:
            return None
        _, platform = min(due)
        entry = self._entries[platform]
        entry.begun, entry.changed = now, False
        return platform

    def finish(self, platform: PlatformName, outcome: Outcome, now: float) -> None:
        """End a visit that went well."""
        entry = self._entries[platform]
        if outcome.gone and not entry.changed:
            del self._entries[platform]
            return
        # Spread, so that platforms that came together do not come together for ever.
        resync = self._pace.resync * (0.9 + 0.2 * self._chance())
        wait = resync if outcome.again is None else min(outcome.again, resync)
        entry.failures = 0
        self._end(entry, now, due=now + wait, earliest=now + self._pace.gap)

    def fail(self, platform: PlatformName, now: float) -> float:
        """End a visit that failed; returns the seconds until the next that nothing hastens."""
        entry = self._entries[platform]
        backoff = self._backoff(entry.failures)
        entry.failures += 1
        self._end(entry, now, due=now + backoff, earliest=now + min(backoff, self._pace.failed_gap))
        return backoff

    def next_due(self) -> float | None:
        """When the next visit may begin, those under way left aside."""
        return min((entry.due for entry in self._entries.values() if entry.begun is None), default=None)

    def waiting(self, now: float) -> int:
        """Platforms whose visit is due."""
        return sum(entry.begun is None and entry.due <= now for entry in self._entries.values())

    def overdue(self, now: float) -> float:
        """Seconds that the visit waits which has been due the longest."""
        due = self.next_due()
        return 0.0 if due is None else max(0.0, now - due)

    def longest_visit(self, now: float) -> float:
        """Seconds that the oldest of the visits under way has taken so far."""
        return max((now - entry.begun for entry in self._entries.values() if entry.begun is not None), default=0.0)

    def __len__(self) -> int:
        return len(self._entries)

    def _hasten(self, entry: _Entry, now: float) -> None:
        entry.due = min(entry.due, max(now + self._pace.settle, entry.earliest))

    def _end(self, entry: _Entry, now: float, *, due: float, earliest: float) -> None:
        entry.begun, entry.due, entry.earliest = None, due, earliest
        if entry.changed:
            self._hasten(entry, now)

    def _backoff(self, failures: int) -> float:
        grown = self._pace.first_backoff * 2.0 ** min(failures, _LARGEST_DOUBLING)
        return min(grown, self._pace.longest_backoff) * (0.5 + 0.5 * self._chance())
