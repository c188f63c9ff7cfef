"""Rate limits as token buckets: the arithmetic, and what an authority over several processes is asked for.

A bucket holds at most its burst and gains its rate each second; taking from it never brings it below nothing. Tokens
are readings. Times are seconds of whichever clock the caller keeps to.
"""

from typing import NamedTuple, Protocol


class Rate(NamedTuple):
    """A lasting rate a second, and how much may come at once."""

    per_second: float
    burst: float

    def times(self, fraction: float) -> "Rate":
        return Rate(self.per_second * fraction, self.burst * fraction)


class Bucket:
    """A bucket that starts full; which rate it has is said at each use, because it may change."""

    __slots__ = ("_at", "_level")

    def __init__(self, rate: Rate, now: float) -> None:
        self._level = rate.burst
        self._at = now

    def level(self, rate: Rate, now: float) -> float:
        """Return what may be taken at `now`."""
        self._level = min(rate.burst, self._level + max(0.0, now - self._at) * rate.per_second)
        self._at = max(self._at, now)
        return self._level

    def remove(self, count: float) -> None:
        """Take what `level` just said is there."""
        self._level -= count

    def set(self, level: float, now: float) -> None:
        self._level = level
        self._at = now


class Lease(NamedTuple):
    """Tokens that a process may spend for a while, and what the authority had left after it granted them."""

    granted: float
    level: float


class Authority(Protocol):
    """Holds the buckets that all processes share."""

    @property
    def away(self) -> bool:
        """Whether it is known that asking is in vain."""
        ...

    async def lease(self, key: str, rate: Rate, need: float, want: float) -> Lease:
        """Take up to `want` tokens, or none where there are fewer than `need`.

        Raises:
            Unavailable: the authority is away.
        """
        ...
