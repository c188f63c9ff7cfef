"""RFC 3339 times as microseconds since the Unix epoch, and back.

Every time in the platform is an integer of microseconds, UTC. Text appears only at the edge.
"""

import re
from datetime import UTC, datetime, timedelta
from typing import Final

MICROSECONDS_PER_SECOND: Final = 1_000_000
MICROSECONDS_PER_DAY: Final = 86_400 * MICROSECONDS_PER_SECOND

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)

# The years 1 to 9999 in UTC. A zone can carry a text with four digits of year out of them, where nothing can write it.
MIN_TIME: Final = -62_135_596_800 * MICROSECONDS_PER_SECOND
MAX_TIME: Final = 253_402_300_800 * MICROSECONDS_PER_SECOND - 1

# `fromisoformat` alone takes week dates, missing seconds and more that RFC 3339 does not.
_RFC3339: Final = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt](?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](?:\.[0-9]{1,64})?"
    r"(?:[Zz]|[+-](?:[01][0-9]|2[0-3]):[0-5][0-9])"
)


def parse_time(text: str) -> int:
    """Return the microseconds since the epoch that an RFC 3339 time with a zone names.

    Digits beyond the microsecond are cut off, never rounded, so that the same text always names the same instant.

    Raises:
        ValueError: the text is not RFC 3339 with a zone, or no such date exists, or the instant lies outside the years
            1 to 9999 in UTC. A leap second (`:60`) is refused too.
    """
    if _RFC3339.fullmatch(text) is None:
        raise ValueError("not an RFC 3339 time with a zone")
    since = datetime.fromisoformat(text.upper()) - _EPOCH
    time = since.days * MICROSECONDS_PER_DAY + since.seconds * MICROSECONDS_PER_SECOND + since.microseconds
    if not MIN_TIME <= time <= MAX_TIME:
        raise ValueError("outside the years 1 to 9999 in UTC")
    return time


def format_time(microseconds: int) -> str:
    """Return the instant as RFC 3339 in UTC with six digits of fraction: `2026-01-31T12:00:00.000000Z`."""
    moment = _EPOCH + microseconds * _MICROSECOND
    return moment.isoformat(timespec="microseconds").replace("+00:00", "Z")
