"""What the collector writes, a line of JSON for each look, and the series and events that become of it.

In a cluster the operator adds lines of its own, of pods and autoscalers; then what was seen twice counts once.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Final, TypeAlias

import msgspec

from telemetry_loadtest.results import Event, Series

LIVE_PATH: Final = "/livez"
LINES_PATH: Final = "/lines"
"""GET: all lines; POST: more of them. Both ask for the collector's token as a Bearer (`serving`)."""


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


class Counted(msgspec.Struct, frozen=True, tag="counted"):
    """Counts that only grow, at a moment: what becomes of them is their growth by the second, in the unit given."""

    source: str
    at: float
    values: list[Value]


class Missed(msgspec.Struct, frozen=True, tag="missed"):
    """A figure that could not be had, and why; it is written once for each reason."""

    source: str
    measure: str
    unit: str
    reason: str


class Happened(msgspec.Struct, frozen=True, tag="happened"):
    """What happened at a moment, by the clock of who says so."""

    at: float
    text: str


class Readied(msgspec.Struct, frozen=True, tag="readied"):
    """A pod became ready at `at`, and was made at `created`."""

    component: str
    pod: str
    created: float
    at: float


class Scaled(msgspec.Struct, frozen=True, tag="scaled"):
    """An autoscaler changed how many pods a component is to have."""

    component: str
    at: float
    pods: int


Line: TypeAlias = Sampled | Counted | Missed | Happened | Readied | Scaled
_decoder: Final[msgspec.json.Decoder[Line]] = msgspec.json.Decoder(Line)


def encode_line(line: Line) -> bytes:
    return msgspec.json.encode(line) + b"\n"


def decode_line(text: bytes) -> Line:
    """Return a line that the collector wrote.

    Raises:
        msgspec.MsgspecError: it is none.
    """
    return _decoder.decode(text)


def decode_lines(text: bytes) -> list[Line]:
    """Return lines one below the other.

    Raises:
        msgspec.MsgspecError: one of them is none.
    """
    return _decoder.decode_lines(text)


def series_of(lines: Iterable[Line], begin: float) -> list[Series]:
    """Every figure on the clock of a run that began at `begin`; one that was never had is `unavailable`, with why."""
    points = defaultdict[tuple[str, str, str], dict[float, float]](dict)
    counts = defaultdict[tuple[str, str, str], dict[float, float]](dict)
    reasons: dict[tuple[str, str, str], str] = {}
    for line in lines:
        match line:
            case Missed(source, measure, unit, reason):
                reasons[source, measure, unit] = reason
            case Sampled(source, at, values):
                for one in values:
                    points[source, one.measure, one.unit][round(at - begin, 3)] = round(one.value, 4)
            case Counted(source, at, values):
                for one in values:
                    counts[source, one.measure, one.unit][round(at - begin, 3)] = one.value
    points.update((key, dict(growth(sorted(found.items())))) for key, found in counts.items())
    seen = {key[:2] for key, found in points.items() if found}
    missed = {key: reason for key, reason in reasons.items() if key[:2] not in seen}
    return [
        *(Series(*key, sorted(points[key].items())) for key in sorted(points) if points[key]),
        *(Series(*key, [], missed[key]) for key in sorted(missed)),
    ]


def growth(values: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    """By how much a count grew in a second, at each moment since the one before."""
    pairs = pairwise(values)
    return [
        (at, round((value - before) / (at - then), 4))
        for (then, before), (at, value) in pairs
        if at > then and value >= before  # a smaller value is another process's
    ]


def events_of(lines: Sequence[Line], begin: float, seconds: float) -> list[Event]:
    """What happened within so many seconds from `begin` on, each once, in its order."""
    told = {(one.at, _in_words(one)) for one in lines if isinstance(one, Happened | Readied | Scaled)}
    return [Event(round(at - begin, 3), text) for at, text in sorted(told) if 0 <= at - begin <= seconds]


def _in_words(line: Happened | Readied | Scaled) -> str:
    match line:
        case Happened(_, text):
            return text
        case Readied(_, pod, created, at):
            return f"{pod} was ready, {at - created:.0f} s after it was made"
        case Scaled(component, _, pods):
            return f"{component} is to have {pods} {'pod' if pods == 1 else 'pods'}"
