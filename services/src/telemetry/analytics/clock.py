"""The store's clock, as this process can tell it from the answers it got.

Each answer bounds the difference between the two clocks: the store wrote its time between our sending and our
receiving. Bounds of many answers are intersected, and widen as time passes; where they contradict each other one of the
clocks was set, and the newest answer alone counts. Ages are reckoned by the upper bound, so they are never understated.
"""

import time
from collections.abc import Callable
from typing import Final

DRIFT: Final = 200e-6  # how far two clocks may part, as a share of the time that passes
MICROSECONDS: Final = 1e6


# A laptop that sleeps stops Linux's monotonic clock and not the store's; this one goes on, and nobody can set it.
_SLEEPLESS: Final = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)


def own_time() -> int:
    """Return this machine's time since some moment, in microseconds."""
    return time.clock_gettime_ns(_SLEEPLESS) // 1000


class StoreClock:
    """Bounds on (store's time - own time), in microseconds."""

    def __init__(self, own: Callable[[], int] = own_time) -> None:
        self.own = own
        self._low = 0.0
        self._high: float | None = None
        self._seen = 0

    def observe(self, *, sent: int, store: int, received: int) -> None:
        """Learn from an answer: the store's time, and the own times around it."""
        low, high = float(store - received), float(store - sent)
        if self._high is not None:
            widened = DRIFT * (received - self._seen)
            known_low, known_high = self._low - widened, self._high + widened
            if low <= known_high and high >= known_low:
                low, high = max(low, known_low), min(high, known_high)
        self._low, self._high, self._seen = low, high, received

    def age(self, store: int) -> float | None:
        """Return how many seconds ago the store's clock showed this, at most; `None` before the first answer."""
        if self._high is None:
            return None
        now = self.own()
        return (now + self._high + DRIFT * (now - self._seen) - store) / MICROSECONDS
