import asyncio
import os
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from telemetry_contract.readings import Reading
from telemetry_operator.client.ndjson import MAX_LINE, InvalidLine, Lines, parse_line, read_lines

pytestmark = pytest.mark.anyio

GOOD = b'{"device":"d1","time":"2026-01-31T12:00:00Z","metrics":{"t":21.4}}'


def faults(line: bytes) -> list[tuple[str, str]]:
    item = parse_line(line, 3)
    assert isinstance(item, InvalidLine)
    assert item.number == 3
    return [(fault.pointer, fault.code) for fault in item.faults]


def test_a_line_is_a_reading() -> None:
    assert parse_line(GOOD, 1) == Reading("d1", 1_769_860_800_000_000, {"t": 21.4})


def test_a_device_may_be_named_for_all_lines() -> None:
    item = parse_line(GOOD.replace(b'"device":"d1",', b""), 1, device="d9")
    assert isinstance(item, Reading)
    assert item.device == "d9"


def test_a_wrong_line_is_reported_with_pointers() -> None:
    assert faults(b'{"device":"d1","time":"noon","metrics":{"t":[1]}}') == [
        ("/time", "invalid-time"),
        ("/metrics/t", "invalid-value"),
    ]


def test_no_line_is_sent_for_a_device_of_the_platforms_own() -> None:
    assert faults(GOOD.replace(b'"d1"', b'"_probe"')) == [("/device", "reserved-device")]


def test_what_is_not_json_is_reported() -> None:
    assert faults(b"hello") == [("", "malformed")]


def test_a_list_is_not_a_line() -> None:
    assert faults(b"[" + GOOD + b"]") == [("", "wrong-type")]


def test_a_line_without_end_is_refused_and_not_kept() -> None:
    assert faults(b"x" * (MAX_LINE + 1)) == [("", "line-too-long")]
    lines = Lines()
    for _ in range(100):
        assert not list(lines.cut(b"x" * 100_000))
    assert [len(line) for line in lines.cut(b"\n" + GOOD + b"\n")] == [MAX_LINE + 1, len(GOOD)]


@given(st.lists(st.binary().map(lambda line: line.replace(b"\n", b""))), st.integers(1, 9))
def test_lines_do_not_depend_on_how_they_arrive(expected: list[bytes], size: int) -> None:
    text = b"".join(line + b"\n" for line in expected)
    lines = Lines()
    cut = [line for start in range(0, len(text), size) for line in lines.cut(text[start : start + size])]
    assert [*cut, *lines.end()] == expected


async def test_a_file_is_read_to_its_last_line_without_newline(tmp_path: Path) -> None:
    (tmp_path / "readings.ndjson").write_bytes(b"one\ntwo\nthree")
    descriptor = os.open(tmp_path / "readings.ndjson", os.O_RDONLY)
    assert [line async for line in read_lines(descriptor)] == [b"one", b"two", b"three"]
    os.close(descriptor)


async def test_a_line_of_a_pipe_comes_before_the_pipe_ends() -> None:
    reader, writer = os.pipe()
    lines = read_lines(reader)
    os.write(writer, GOOD + b"\n")
    async with asyncio.timeout(30):
        assert msgspec.json.decode(await anext(lines))["device"] == "d1"
    os.close(writer)
    assert [line async for line in lines] == []
    os.close(reader)
