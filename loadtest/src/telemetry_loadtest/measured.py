"""What the engine hands over at the end of a run, and what it tells meanwhile; `assembling` makes a result of it."""

from typing import Final, Literal, TypeAlias

import msgspec

from telemetry_loadtest.results import (
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
    """Everything but the books' other side and the system's metrics. `begin` is in seconds since the epoch."""

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


class Said(msgspec.Struct, frozen=True, tag="said"):
    """What the engine does now, in words."""

    text: str


class Began(msgspec.Struct, frozen=True, tag="began"):
    """The first arrival is due at `at`, seconds since the epoch."""

    at: float


class Passed(msgspec.Struct, frozen=True, tag="second"):
    """A second is over; `verdict` is what it would be were the run over too, with the reason."""

    second: Second
    verdict: Literal["Passed", "Failed"]
    reason: str


Line: TypeAlias = Said | Began | Passed
_decoder: Final[msgspec.json.Decoder[Line]] = msgspec.json.Decoder(Line)


def encode_line(line: Line) -> bytes:
    return msgspec.json.encode(line) + b"\n"


def decode_line(text: bytes) -> Line:
    """Return a line that the engine wrote.

    Raises:
        msgspec.MsgspecError: it is none.
    """
    return _decoder.decode(text)
