"""How long to wait before the same request is sent again."""

from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime


@dataclass(frozen=True, slots=True)
class Backoff:
    """Growing pauses, in seconds. Each is drawn from its upper half, so that many clients do not come back at once."""

    first: float = 0.2
    growth: float = 2.0
    longest: float = 10.0
    longest_asked: float = 60.0  # a server may ask for more; nobody waits longer than this

    def pause(self, attempt: int, asked: float | None, chance: float) -> float:
        """The pause after attempt `attempt` (from 0); `asked` is the server's Retry-After, `chance` lies in [0, 1)."""
        grown = min(self.first * self.growth ** min(attempt, 32), self.longest) * (0.5 + chance / 2)
        return grown if asked is None else max(grown, self.asked_pause(asked, chance))

    def asked_pause(self, asked: float, chance: float) -> float:
        """The pause that a server asked for and that is all it takes: a rate limit knows when it has room again."""
        return max(min(asked, self.longest_asked), self.first / 10) * (1 + chance / 10)


def parse_retry_after(text: str | None, now: datetime | None = None) -> float | None:
    """Return the seconds that a Retry-After header asks for (RFC 9110: seconds or a date), None if it says nothing."""
    if text is None:
        return None
    try:
        return max(float(text), 0.0) if text.strip().isdecimal() else _seconds_until(text, now or datetime.now(UTC))
    except ValueError:
        return None


def _seconds_until(date: str, now: datetime) -> float:
    moment = parsedate_to_datetime(date)
    return max((moment.replace(tzinfo=moment.tzinfo or UTC) - now).total_seconds(), 0.0)
