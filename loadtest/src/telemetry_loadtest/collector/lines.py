"""What the collector writes, a line of JSON for each look, and the series that become of it."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Final, TypeAlias

import msgspec

from telemetry_loadtest.results import Series


class Value(msgspec.Struct, frozen=True):
    """One figure at a moment."""

    measure: str
    unit: str
    value: float


class Sampled(msgspec.Struct, frozen=True, tag="sampled"):
    """What a server said; `at` is in seconds since the epoch."""

    source: str
    at: float
    values: list[Value]


class Missed(msgspec.Struct, frozen=True, tag="missed"):
    """A figure that could not be had, and why; it is written once for each reason."""

    source: str
    measure: str
    unit: str
    reason: str


Line: TypeAlias = Sampled | Missed
_decoder: Final[msgspec.json.Decoder[Line]] = msgspec.json.Decoder(Line)


def encode_line(line: Line) -> bytes:
    return msgspec.json.encode(line) + b"\n"


def decode_line(text: bytes) -> Line:
    """Return a line that the collector wrote.

    Raises:
        msgspec.MsgspecError: it is none.
    """
    return _decoder.decode(text)


def series_of(lines: Iterable[Line], begin: float) -> list[Series]:
    """Every figure on the clock of a run that began at `begin`; one that was never had is `unavailable`, with why."""
    points = defaultdict[tuple[str, str, str], list[tuple[float, float]]](list)
    reasons: dict[tuple[str, str, str], str] = {}
    for line in lines:
        if isinstance(line, Missed):
            reasons[line.source, line.measure, line.unit] = line.reason
            continue
        for one in line.values:
            points[line.source, one.measure, one.unit].append((round(line.at - begin, 3), round(one.value, 4)))
    seen = {key[:2] for key in points}
    missed = {key: reason for key, reason in reasons.items() if key[:2] not in seen}
    return [
        *(Series(*key, sorted(points[key])) for key in sorted(points)),
        *(Series(*key, [], missed[key]) for key in sorted(missed)),
    ]
