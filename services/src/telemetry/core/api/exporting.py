"""Readings as lines of an export: NDJSON that can be sent in again, or a CSV of some metrics.

A line of NDJSON is the reading that was sent: its identity and content are computed anew, and only where both are what
is kept it stands as a reading. Anything else (an excerpt; a reading whose id was not kept) carries `identity`, which
ingest refuses: nothing is made of an export that was not there before.
"""

from collections.abc import Iterable, Sequence
from enum import StrEnum
from typing import Final, Protocol

import msgspec

from telemetry.core.ports import KeptReading
from telemetry_contract.api import ExportedReading
from telemetry_contract.identity import identify
from telemetry_contract.readings import Value
from telemetry_contract.times import format_time

_encode: Final = msgspec.json.Encoder().encode


class Format(StrEnum):
    """The forms of an export."""

    NDJSON = "ndjson"
    CSV = "csv"


MEDIA: Final = {Format.NDJSON: "application/x-ndjson", Format.CSV: "text/csv"}


class Lines(Protocol):
    """Writes readings as lines."""

    head: bytes
    """What stands before the first."""

    def write(self, readings: Iterable[KeptReading]) -> bytes: ...


class NdjsonLines:
    """One JSON object a line; `whole` says that the readings are, with all their metrics."""

    head = b""

    def __init__(self, *, whole: bool) -> None:
        self._whole = whole

    def write(self, readings: Iterable[KeptReading]) -> bytes:
        return b"".join([_encode(self._line(kept)) + b"\n" for kept in readings])

    def _line(self, kept: KeptReading) -> ExportedReading:
        reading, time = kept.reading, format_time(kept.reading.time)
        if self._whole and _is_itself(kept):
            return ExportedReading(reading.device, time, reading.metrics, reading.id)
        return ExportedReading(reading.device, time, reading.metrics, identity=kept.identity.hex())


class CsvLines:
    """RFC 4180: device, time, and a column for each metric, empty where the reading lacks it.

    Text always stands in quotes, so that an empty one is not a missing one and `"1"` is not 1. It stands as it was
    sent, also where a spreadsheet would take it for a formula: who opens exports of strangers' text in one must know.
    """

    def __init__(self, metrics: Sequence[str]) -> None:
        self._metrics = metrics
        self.head = ",".join(["device", "time", *metrics]).encode() + b"\r\n"

    def write(self, readings: Iterable[KeptReading]) -> bytes:
        return b"".join([self._line(kept) for kept in readings])

    def _line(self, kept: KeptReading) -> bytes:
        reading = kept.reading
        cells = [_cell(reading.metrics.get(metric)) for metric in self._metrics]
        return ",".join([reading.device, format_time(reading.time), *cells]).encode() + b"\r\n"


def _is_itself(kept: KeptReading) -> bool:
    """Tell whether who sends this reading sends the one that is kept."""
    found = identify(kept.reading)
    return (found.identity, found.content_hash) == (kept.identity, kept.content_hash)


def _cell(value: Value | None) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return '"' + value.replace('"', '""') + '"'
    return _encode(value).decode()
