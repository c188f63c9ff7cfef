"""What a program said last, as a person would quote it, and as it would say it again.

A container's termination message is the end of its log (`FallbackToLogsOnError`): lines of JSON from our own programs,
lines with times from servers. Times and process numbers are left out, so that two ends of the same cause read the same.
"""

import re
from typing import Any, Final

import msgspec

LONGEST: Final = 400  # characters of one quotation

# What a record of ours says of where it comes from; its reader knows.
_CONTEXT: Final = {"event", "level", "timestamp", "platform", "component", "trace_id", "logger"}
_PREFIX: Final = re.compile(r"^\[?\d{4}-\d\d-\d\d[T ][\d:.,]+(?: ?(?:Z|UTC|GMT|[+-][\d:]+))?\]? ?(?:\[\d+\] ?)?")
_REDIS_PREFIX: Final = re.compile(r"^\d+:[A-Z] \d\d \w{3} \d{4} [\d:.]+ ")


def last_words(text: str) -> str:
    """The last line that says anything, without what differs from time to time; empty where there is none."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return shortened(_told(lines[-1])) if lines else ""


def shortened(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"


def _told(line: str) -> str:
    record = _record(line)
    if record is None:
        return _REDIS_PREFIX.sub("", _PREFIX.sub("", line))
    rest = [f"{name}={value}" for name, value in record.items() if name not in _CONTEXT and not _is_nested(value)]
    return " ".join([str(record["event"]), *rest])


def _record(line: str) -> dict[str, Any] | None:
    """A line of our own programs' logs."""
    try:
        record = msgspec.json.decode(line)
    except msgspec.DecodeError:
        return None
    return record if isinstance(record, dict) and "event" in record else None


def _is_nested(value: object) -> bool:
    return isinstance(value, dict | list)
