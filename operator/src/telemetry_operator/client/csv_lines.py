"""Readings from rows of CSV (RFC 4180), the first of which names the columns; a wrong row costs only itself.

Columns are `device`, `time`, perhaps `id`, and one for each metric; an empty cell is a metric that was not measured.
What a cell is, is told from its text: `true` and `false` in any case are booleans, what JSON writes as a number is one,
all else is text. A row is one line: a cell cannot hold a line break.
"""

import csv
import re
from collections import Counter
from collections.abc import Sequence
from typing import Final

import msgspec

from telemetry_contract.faults import FIELDS, Fault
from telemetry_contract.parsing import parse_body
from telemetry_contract.readings import Reading, is_metric
from telemetry_operator.client.ndjson import MAX_LINE, InvalidLine, reading_of
from telemetry_operator.errors import PlatformError

_NUMBER: Final = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?")
_CODE: Final = re.compile(r"0[0-9]+")  # leading zeros mean something: a number has none
_ALMOST: Final = re.compile(r"[+-]?(?:(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:e[+-]?[0-9]+)?|nan|inf|infinity)", re.IGNORECASE)
_BOOLEANS: Final = {"true": True, "false": False}
_OWN: Final = tuple(name for name in FIELDS if name != "metrics")
_METRICS: Final = "/metrics/"

Cell = msgspec.Raw | bool | str


class HeaderError(PlatformError):
    """The first line does not say what the columns are."""


class CsvParser:
    """Takes the lines of one file, the first first."""

    def __init__(self, device: str | None = None) -> None:
        """Take whose the rows are that name no device."""
        self._device = device
        self._columns: list[str] | None = None

    def __call__(self, line: bytes, number: int) -> Reading | InvalidLine | None:
        """Return the reading of a row; `None` for the header and for a line without any text.

        Raises:
            HeaderError: no row can be understood by the header.
        """
        if not line.strip():
            return None
        try:
            cells = _split(line)
        except ValueError as error:
            if self._columns is None:
                raise HeaderError(f"the header (line {number}) cannot be read: {error}") from None
            return InvalidLine(number, (Fault("", "malformed", str(error)),))
        if self._columns is None:
            self._columns = _read_header(cells, self._device)
            return None
        return self._read_row(self._columns, cells, number)

    def _read_row(self, columns: Sequence[str], cells: Sequence[str], number: int) -> Reading | InvalidLine:
        if len(cells) != len(columns):
            detail = f"this row has {len(cells)} cells, the header has {len(columns)}"
            return InvalidLine(number, (Fault("", "wrong-width", detail),))
        row = {name: cell for name, cell in zip(columns, cells, strict=True) if cell.strip()}
        almost = [_not_a_number(name, cell) for name, cell in row.items() if name not in _OWN and _is_almost(cell)]
        if almost:
            return InvalidLine(number, tuple(almost))
        wire: dict[str, object] = {name: row[name].strip() for name in _OWN if name in row}
        wire["metrics"] = {name: infer(cell) for name, cell in row.items() if name not in _OWN}
        item = parse_body(msgspec.json.encode(wire), device=self._device).items[0]
        taken = reading_of(item, number)
        return InvalidLine(number, tuple(map(_by_column, taken.faults))) if isinstance(taken, InvalidLine) else taken


def infer(cell: str) -> Cell:
    """Return what a cell's text stands for; a number as it is written, for the contract's own rules to judge."""
    text = cell.strip()
    if _NUMBER.fullmatch(text):
        return msgspec.Raw(text.encode())
    return _BOOLEANS.get(text.lower(), cell)


def _split(line: bytes) -> list[str]:
    if len(line) > MAX_LINE:
        raise ValueError(f"a line has at most {MAX_LINE} bytes")
    text = line.decode("utf-8").removeprefix("\ufeff")  # spreadsheets mark their files so
    try:
        return next(csv.reader([text], strict=True))
    except csv.Error as error:
        raise ValueError(str(error)) from None


def _read_header(cells: Sequence[str], device: str | None) -> list[str]:
    names = [cell.strip() for cell in cells]
    wrong = [f"{name!r:.80} is no name of a metric" for name in names if name not in _OWN and not is_metric(name)]
    wrong += [f"{name} stands {times} times" for name, times in Counter(names).items() if times > 1]
    wrong += [] if "time" in names else ["there is no column time"]
    wrong += [] if "device" in names or device else ["there is no column device, and --device names none"]
    wrong += [] if set(names) - set(_OWN) else ["there is no column of a metric"]
    if wrong:
        hint = "the first line names the columns: device,time and one for each metric"
        raise HeaderError(f"the header does not fit: {'; '.join(wrong)}", hint=hint)
    return names


def _is_almost(cell: str) -> bool:
    text = cell.strip()
    return bool(_ALMOST.fullmatch(text)) and not _NUMBER.fullmatch(text) and not _CODE.fullmatch(text)


def _not_a_number(column: str, cell: str) -> Fault:
    detail = f"{cell.strip()!r:.80} is no number as JSON writes it (21, -0.5, 1e3), and would be text among numbers"
    return Fault(column, "not-a-number", detail)


def _by_column(fault: Fault) -> Fault:
    """Return a fault with the column's name in place of the pointer into the reading."""
    pointer = fault.pointer
    name = pointer.removeprefix(_METRICS) if pointer.startswith(_METRICS) else pointer.removeprefix("/")
    return Fault(name.replace("~1", "/").replace("~0", "~"), fault.code, fault.detail)
