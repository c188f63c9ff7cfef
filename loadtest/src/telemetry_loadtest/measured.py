"""What the engine hands over at the end of a run, and what it tells meanwhile; `assembling` makes a result of it."""

from typing import Final, Literal, TypeAlias

import msgspec

from telemetry_loadtest.results import (
    DRAINING,
    Bound,
    EndpointSummary,
    Freshness,
    Generator,
    Second,
    Stage,
    StoredHistogram,
)
from telemetry_loadtest.verdict import Cause
from telemetry_loadtest.windows import Accounts


class Measured(msgspec.Struct, frozen=True, kw_only=True):
    """Everything but the books' other side and the system's metrics. `begin` is in seconds since the epoch.

    `until` is when arrivals were offered no more, on the run's clock; None where all of them were.
    """

    cause: Cause
    detail: str
    begin: float
    duration: float
    stages: list[Stage]
    seconds: list[Second]
    summaries: list[EndpointSummary]
    histograms: list[StoredHistogram]
    generator: Generator
    bounds: list[Bound]
    accounts: Accounts
    freshness: Freshness | None
    notes: list[str] = []
    until: float | None = None


def cut_short(measured: Measured, until: float | None) -> Measured:
    """What was measured of a load that was offered until then: what came later is draining, of whichever stage."""
    end = max((stage.end for stage in measured.stages), default=0.0)
    if until is None or until >= end:
        return measured
    seconds = [one if one.at < until else msgspec.structs.replace(one, stage=DRAINING) for one in measured.seconds]
    return msgspec.structs.replace(measured, seconds=seconds, until=round(until, 3))


class Trial(msgspec.Struct, frozen=True, kw_only=True):
    """One rate of a search, and all that was measured at it.

    Its readings, and nobody else's, are those of the run's devices with times in (`after`, `until`], seconds since the
    epoch. `backlog` says what of it was not readable when it should have been; empty where all was.
    """

    rate: float
    after: float
    until: float
    measured: Measured
    backlog: str = ""


class Searched(msgspec.Struct, frozen=True, kw_only=True):
    """All trials of a search; `cause` and `detail` say why it ended, where that was not by itself."""

    trials: list[Trial]
    cause: Cause = Cause.FINISHED
    detail: str = ""


Outcome: TypeAlias = Measured | Searched


class Said(msgspec.Struct, frozen=True, tag="said"):
    """What the engine does now, in words."""

    text: str


class Began(msgspec.Struct, frozen=True, tag="began"):
    """The first arrival is due at `at`, seconds since the epoch."""

    at: float


class Tried(msgspec.Struct, frozen=True, tag="tried"):
    """A rate of a search is tried now: the `number`-th of at most `most`.

    `held` is the highest rate so far that held, `failed` the lowest that did not.
    """

    rate: float
    number: int
    most: int
    held: float | None = None
    failed: float | None = None


class Passed(msgspec.Struct, frozen=True, tag="second"):
    """A second is over; `verdict` is what it would be were the run over too, with the reason."""

    second: Second
    verdict: Literal["Passed", "Failed"]
    reason: str


Line: TypeAlias = Said | Began | Tried | Passed
_decoder: Final[msgspec.json.Decoder[Line]] = msgspec.json.Decoder(Line)


def encode_line(line: Line) -> bytes:
    return msgspec.json.encode(line) + b"\n"


def decode_line(text: bytes) -> Line:
    """Return a line that the engine wrote.

    Raises:
        msgspec.MsgspecError: it is none.
    """
    return _decoder.decode(text)
