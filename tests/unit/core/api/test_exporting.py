import csv
import io
import json

from hypothesis import given
from hypothesis import strategies as st

from telemetry.core.api.exporting import CsvLines, NdjsonLines
from telemetry.core.ports import KeptReading
from telemetry_contract.identity import Identified, identify
from telemetry_contract.parsing import Invalid, parse_body
from telemetry_contract.readings import Reading, Value
from tests.unit.contract.strategies import readings, values


def kept(reading: Reading) -> KeptReading:
    row = identify(reading)
    return KeptReading(reading, row.identity, row.content_hash)


def line_of(reading: KeptReading, *, whole: bool = True) -> bytes:
    return NdjsonLines(whole=whole).write([reading])


@given(readings)
def test_a_line_that_is_sent_in_again_is_its_own_duplicate(reading: Reading) -> None:
    (sent,) = parse_body(line_of(kept(reading)), device=None).items
    assert isinstance(sent, Reading)
    assert identify(sent) == Identified(sent, kept(reading).identity, kept(reading).content_hash)


@given(readings)
def test_a_line_is_one_line(reading: Reading) -> None:
    line = line_of(kept(reading))
    assert line.endswith(b"\n")
    assert line.count(b"\n") == 1


def test_an_excerpt_is_refused_by_whoever_would_take_it_for_a_reading() -> None:
    line = line_of(kept(Reading("d", 0, {"a": 1})), whole=False)
    assert json.loads(line)["identity"]
    (sent,) = parse_body(line, device=None).items
    assert isinstance(sent, Invalid)


def test_a_reading_whose_id_was_not_kept_is_an_excerpt() -> None:
    sent = kept(Reading("d", 0, {"a": 1}, "r-1"))
    without = KeptReading(Reading("d", 0, {"a": 1}), sent.identity, sent.content_hash)
    assert json.loads(line_of(without))["identity"] == sent.identity.hex()


@given(st.lists(st.dictionaries(st.sampled_from("abc"), values, min_size=1), max_size=5))
def test_csv_is_read_back_as_it_was(rows: list[dict[str, Value]]) -> None:
    lines = CsvLines(["b", "a"])
    text = lines.head + lines.write([kept(Reading("d", n, metrics)) for n, metrics in enumerate(rows)])
    head, *found = csv.reader(io.StringIO(text.decode(), newline=""))
    assert head == ["device", "time", "b", "a"]
    for row, metrics in zip(found, rows, strict=True):
        for cell, value in zip(row[2:], (metrics.get("b"), metrics.get("a")), strict=True):
            read = cell if isinstance(value, str) or cell == "" else json.loads(cell)
            assert read == ("" if value is None else value)


def test_text_stands_in_quotes_and_what_is_missing_is_empty() -> None:
    lines = CsvLines(["n", "flag", "text", "empty", "missing"])
    reading = Reading("d", 0, {"n": 1, "flag": True, "text": 'say "1",\r\n=A1', "empty": ""})
    assert lines.write([kept(reading)]) == (b'd,1970-01-01T00:00:00.000000Z,1,true,"say ""1"",\r\n=A1","",\r\n')
