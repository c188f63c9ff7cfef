import math
from contextlib import suppress
from typing import Any

import msgspec
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from telemetry_contract.readings import Reading
from telemetry_contract.records import (
    Heartbeat,
    Undecodable,
    UnknownVersion,
    decode_heartbeat,
    decode_slice,
    encode_heartbeat,
    encode_slice,
)
from telemetry_contract.times import MAX_TIME, MIN_TIME
from tests.unit.contract.strategies import devices, ids, metrics, times
from tests.unit.contract.vectors import HEARTBEAT, NOON, SLICE, VECTORS

points = st.tuples(times, metrics, st.none() | ids)
packed = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**64 - 1) | st.floats() | st.text(max_size=5) | st.binary(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=10,
)  # fmt: skip


def pack(*content: Any) -> bytes:  # noqa: ANN401 - anything that msgpack can say
    return b"\x01" + msgspec.msgpack.encode(content)


def point(time: Any = NOON, metrics: Any = None, *more: Any) -> bytes:  # noqa: ANN401 - anything that msgpack can say
    return pack(NOON, [[time, {"m": 1} if metrics is None else metrics, *more]])


@given(devices, times, st.lists(points, max_size=4))
def test_a_slice_is_read_as_it_was_written(device: str, received: int, sent: list[tuple[Any, Any, Any]]) -> None:
    readings = [Reading(device, *it) for it in sent]
    assert decode_slice(device.encode(), encode_slice(received, readings)) == (received, readings)


def test_a_slice_keeps_what_is_a_double_and_what_is_not() -> None:
    sent = {"double": 21.0, "integer": 21, "true": True, "zero": -0.0}
    _, (reading,) = decode_slice(b"d", encode_slice(0, [Reading("d", 0, dict(sent))]))
    assert repr(reading.metrics) == repr(sent)


def test_a_slice_never_changes() -> None:
    readings = [VECTORS[0].reading, VECTORS[2].reading]
    assert encode_slice(NOON, readings).hex() == SLICE
    assert decode_slice(b"pump-7", bytes.fromhex(SLICE)) == (NOON, readings)


def test_a_heartbeat_never_changes() -> None:
    assert encode_heartbeat(Heartbeat(NOON, None)).hex() == HEARTBEAT
    assert decode_heartbeat(bytes.fromhex(HEARTBEAT)) == Heartbeat(NOON, None)


@given(times, st.none() | times)
def test_a_heartbeat_is_read_as_it_was_written(at: int, oldest: int | None) -> None:
    assert decode_heartbeat(encode_heartbeat(Heartbeat(at, oldest))) == Heartbeat(at, oldest)


def test_a_heartbeat_may_say_more_than_this_release_knows() -> None:
    more = b"\x01" + msgspec.msgpack.encode({"at": NOON, "oldest_unread": None, "lag": {"deep": [1]}})
    assert decode_heartbeat(more) == Heartbeat(NOON, None)


@pytest.mark.parametrize("version", [0, 2, 255])
def test_a_version_that_this_release_does_not_know_is_not_poison(version: int) -> None:
    value = bytes([version]) + bytes.fromhex(SLICE)[1:]
    with pytest.raises(UnknownVersion, match=f"version {version}; this release knows version 1"):
        decode_slice(b"d", value)
    with pytest.raises(UnknownVersion):
        decode_heartbeat(value)


def test_a_record_that_is_cut_short_anywhere_is_poison() -> None:
    whole = bytes.fromhex(SLICE)
    for end in range(len(whole)):
        with pytest.raises(Undecodable):
            decode_slice(b"pump-7", whole[:end])


@pytest.mark.parametrize("value", [None, b""])
def test_an_empty_record_is_poison(value: bytes | None) -> None:
    with pytest.raises(Undecodable, match="empty"):
        decode_slice(b"d", value)
    with pytest.raises(Undecodable, match="empty"):
        decode_heartbeat(value)


@pytest.mark.parametrize("key", [None, b"", b"a b", b"\xff", "é".encode(), b"d" * 129])
def test_a_key_that_is_no_device_is_poison(key: bytes | None) -> None:
    with pytest.raises(Undecodable):
        decode_slice(key, bytes.fromhex(SLICE))


@pytest.mark.parametrize(
    "value",
    [
        bytes.fromhex(SLICE) + b"\0",
        pack(),
        pack(NOON),
        pack(NOON, [], 1),
        pack(NOON, [[NOON]]),
        point(NOON, {"m": 1}, "id", 1),
        pack("now", []),
        pack(MAX_TIME + 1, []),
        point("now"),
        point(float(NOON)),
        point(MAX_TIME + 1),
        point(MIN_TIME - 1),
        point(NOON, {}),
        point(NOON, {"": 1}),
        point(NOON, {"a b": 1}),
        point(NOON, {"m" * 65: 1}),
        point(NOON, {1: 1}),
        point(NOON, {"m": None}),
        point(NOON, {"m": [1]}),
        point(NOON, {"m": b"bytes"}),
        point(NOON, {"m": math.nan}),
        point(NOON, {"m": math.inf}),
        point(NOON, {"m": -math.inf}),
        point(NOON, {"m": 2**53 + 1}),
        point(NOON, {"m": -(2**53) - 1}),
        point(NOON, {"m": "x" * 257}),
        point(NOON, {"m": "\0"}),
        point(NOON, {"m": 1}, ""),
        point(NOON, {"m": 1}, "\0"),
        point(NOON, {"m": 1}, "i" * 129),
        point(NOON, {"m": 1}, 7),
        b"\x01\x92\x01\x91\x93\x01\x81\xa1a\xa1\xff\xc0",
        b"\x01" + b"\x91" * 100_000,
        b"\x01\x92\x01" + b"\x91" * 100_000,
    ],
)
def test_what_no_release_writes_is_poison(value: bytes) -> None:
    with pytest.raises(Undecodable):
        decode_slice(b"d", value)


@given(st.binary() | st.binary().map(b"\x01".__add__) | packed.map(pack))
@example(b"\x01\x81\xa1x" + b"\x91" * 100_000)
@example(b"\x01\x83\xa2at\x01\xadoldest_unread\x01\xa1x\xa1\xff")
@example(b"\x01\x82\xa2at\x01\xadoldest_unread\xa1\xff")
@example(b"\x01\x82\xa2at\xcf" + b"\xff" * 8 + b"\xadoldest_unread\xc0")
def test_any_bytes_are_a_record_or_one_of_two_errors(value: bytes) -> None:
    for decode in (lambda: decode_slice(b"d", value), lambda: decode_heartbeat(value)):
        with suppress(Undecodable, UnknownVersion):
            decode()


@given(st.lists(points, min_size=1, max_size=2), st.data())
def test_a_slice_with_a_changed_byte_is_readings_or_poison(
    sent: list[tuple[Any, Any, Any]], data: st.DataObject
) -> None:
    value = bytearray(encode_slice(NOON, [Reading("d", *it) for it in sent]))
    value[data.draw(st.integers(1, len(value) - 1))] ^= data.draw(st.integers(1, 255))
    try:
        received, readings = decode_slice(b"d", bytes(value))
    except Undecodable:
        return
    assert decode_slice(b"d", encode_slice(received, readings)) == (received, readings)
