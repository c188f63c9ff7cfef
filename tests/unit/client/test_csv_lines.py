import csv
import io
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telemetry_contract.readings import MAX_SAFE_INTEGER, Reading, Value
from telemetry_contract.times import parse_time
from telemetry_operator.client.csv_lines import CsvParser, HeaderError
from telemetry_operator.client.ndjson import MAX_LINE, InvalidLine

HEADER = b"device,time,t,on,note"
NOON = "2026-01-31T12:00:00Z"


def read(*lines: bytes, device: str | None = None) -> list[Reading | InvalidLine | None]:
    parse = CsvParser(device)
    return [parse(line, number) for number, line in enumerate(lines, 1)]


def read_cell(cell: str) -> Value | None:
    row = io.StringIO()
    csv.writer(row, lineterminator="").writerow(["d1", NOON, 1, cell])
    _, item = read(b"device,time,always,x", row.getvalue().encode())
    assert isinstance(item, Reading), item
    return item.metrics.get("x")


def faults(*lines: bytes) -> list[tuple[int, str, str]]:
    found = [item for item in read(*lines) if isinstance(item, InvalidLine)]
    return [(line.number, fault.pointer, fault.code) for line in found for fault in line.faults]


def test_a_row_is_a_reading() -> None:
    _, item = read(HEADER, b"d1,2026-01-31T12:00:00Z,21.4,true,all well\r")
    assert item == Reading("d1", parse_time(NOON), {"t": 21.4, "on": True, "note": "all well"})


def test_an_empty_cell_is_a_metric_that_was_not_measured() -> None:
    _, item = read(HEADER, b"d1,2026-01-31T12:00:00Z,,, ok")
    assert isinstance(item, Reading)
    assert item.metrics == {"note": " ok"}


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("21", 21),
        ("-0.5", -0.5),
        ("1e3", 1000.0),
        (" 7 ", 7),
        ("TRUE", True),
        ("False", False),
        ("007", "007"),
        ("21,4", "21,4"),
        ('a "b"', 'a "b"'),
        ("é", "é"),
        ("yes", "yes"),
    ],
)
def test_what_a_cell_is_is_told_from_its_text(cell: str, value: Value) -> None:
    found = read_cell(cell)
    assert (found, type(found)) == (value, type(value))


@given(
    st.integers(-MAX_SAFE_INTEGER, MAX_SAFE_INTEGER) | st.floats(allow_nan=False, allow_infinity=False) | st.booleans()
)
def test_what_python_writes_is_read_as_it_was(value: float | bool) -> None:
    found = read_cell(str(value))
    assert found == value
    assert isinstance(found, bool) == isinstance(value, bool)


@pytest.mark.parametrize("cell", ["+5", ".5", "5.", "NaN", "-inf", "Infinity", "1e5.", "01.5"])
def test_almost_a_number_is_a_fault_or_text_and_never_a_guess(cell: str) -> None:
    found = faults(b"device,time,x", f"d1,{NOON},{cell}".encode())
    assert found == [(2, "x", "not-a-number")] if cell != "1e5." else found == []


@pytest.mark.parametrize(
    ("row", "column", "code"),
    [
        (b"d 1,2026-01-31T12:00:00Z,1,,", "device", "invalid-device"),
        (b"_d,2026-01-31T12:00:00Z,1,,", "device", "reserved-device"),
        (b"d1,noon,1,,", "time", "invalid-time"),
        (b"d1,2026-01-31T12:00:00Z,1e999,,", "t", "invalid-value"),
        (b"d1,2026-01-31T12:00:00Z,9007199254740993,,", "t", "invalid-value"),
        (b"d1,2026-01-31T12:00:00Z,1", "", "wrong-width"),
        (b'd1,2026-01-31T12:00:00Z,1,,"open', "", "malformed"),
        (b"d1,2026-01-31T12:00:00Z,1,,\xff", "", "malformed"),
        (b"x" * (MAX_LINE + 1), "", "malformed"),
    ],
)
def test_a_fault_is_told_by_line_and_column(row: bytes, column: str, code: str) -> None:
    good = b"d1,2026-01-31T12:00:00Z,1,,"
    assert faults(HEADER, good, row, good) == [(3, column, code)]


def test_a_row_without_any_metric_is_a_fault() -> None:
    assert faults(HEADER, b"d1,2026-01-31T12:00:00Z,,,")[0][:2] == (2, "metrics")


def test_one_device_may_be_named_for_all_rows() -> None:
    _, item = read(b"\xef\xbb\xbftime,t", b"2026-01-31T12:00:00Z,1", device="d9")
    assert isinstance(item, Reading)
    assert item.device == "d9"


def test_ids_are_taken_and_blank_lines_are_not() -> None:
    _, blank, item = read(b"id,device,time,t", b"  ", b"7,d1,2026-01-31T12:00:00Z,1")
    assert blank is None
    assert isinstance(item, Reading)
    assert item.id == "7"


@pytest.mark.parametrize(
    ("header", "message"),
    [
        (b"device,when,t", "no column time"),
        (b"time,t", "no column device"),
        (b"device,time", "no column of a metric"),
        (b"device,time,t,t", "t stands 2 times"),
        (b"device,time,a b", "no name of a metric"),
        (b'device,time,"t', "cannot be read"),
    ],
)
def test_a_header_that_does_not_fit_ends_it(header: bytes, message: str) -> None:
    with pytest.raises(HeaderError, match=message):
        read(header)


@given(st.binary(max_size=80))
def test_no_row_is_more_than_a_fault(row: bytes) -> None:
    for item in read(HEADER, row.replace(b"\n", b"")):
        assert item is None or isinstance(item, InvalidLine | Reading)
        if isinstance(item, Reading):
            assert all(not isinstance(value, float) or math.isfinite(value) for value in item.metrics.values())
