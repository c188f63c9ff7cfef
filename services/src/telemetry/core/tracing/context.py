"""W3C trace context as text: the `traceparent` of what this task or thread works on, carried on and never invented."""

import re
from contextvars import ContextVar
from typing import Final

HEADER: Final = "traceparent"
_NAME: Final = HEADER.encode()
_LENGTH: Final = 55
_FORM: Final = re.compile(rb"(?!ff)[0-9a-f]{2}-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}")
_ODD: Final = b"13579bdf"  # last digits of flags in which the lowest bit, sampled, is set
_VERSION: Final = b"00"

_current: ContextVar[bytes | None] = ContextVar("traceparent", default=None)


def current_trace() -> bytes | None:
    """Return the traceparent that goes with what is sent on from here."""
    return _current.get()


def carry(traceparent: bytes | None) -> None:
    """Let this task or thread, and what it starts, carry a traceparent."""
    _current.set(traceparent)


def parse_traceparent(value: bytes) -> bytes | None:
    """Return a traceparent of the version that we write, `None` where the value is none."""
    head, rest = value[:_LENGTH], value[_LENGTH:]
    if not _FORM.fullmatch(head) or (rest and (head.startswith(_VERSION) or not rest.startswith(b"-"))):
        return None
    return _VERSION + head[len(_VERSION) :]


def find_trace(headers: list[tuple[bytes, bytes]]) -> bytes | None:
    """Return what a request's headers say; of two the last is believed."""
    found = None
    for name, value in headers:  # every request pays for this: a comprehension would be twice as slow
        if name == _NAME:
            found = value
    return None if found is None else parse_traceparent(found)


def is_sampled(traceparent: bytes) -> bool:
    """Tell whether who wrote it records this trace."""
    return traceparent[-1] in _ODD


def trace_id(traceparent: bytes) -> str:
    return traceparent[3:35].decode()
