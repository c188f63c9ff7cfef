import pytest
from hypothesis import given

from telemetry_contract.readings import Reading
from telemetry_contract.records import (
    Erase,
    Undecodable,
    UnknownVersion,
    decode_record,
    decode_slice,
    encode_erasure,
    encode_slice,
)
from tests.unit.contract.strategies import devices, readings, times
from tests.unit.contract.vectors import ERASURE, NOON


@given(devices, times)
def test_an_order_is_read_as_it_was_written(device: str, ordered: int) -> None:
    assert decode_record(device.encode(), encode_erasure(ordered)) == Erase(device, ordered)


@given(readings, times)
def test_a_slice_is_still_a_slice(reading: Reading, received: int) -> None:
    value = encode_slice(received, [reading])
    assert decode_record(reading.device.encode(), value) == (received, [reading])


def test_an_order_never_changes() -> None:
    assert encode_erasure(NOON).hex() == ERASURE


def test_a_release_that_knows_no_orders_stops_at_one() -> None:
    with pytest.raises(UnknownVersion):
        decode_slice(b"pump-7", encode_erasure(NOON))


@pytest.mark.parametrize("version", [0, 3, 255])
def test_another_version_is_not_poison(version: int) -> None:
    with pytest.raises(UnknownVersion):
        decode_record(b"pump-7", bytes([version]) + encode_erasure(NOON)[1:])


@pytest.mark.parametrize("value", [None, b"", b"\x02", b"\x02\x90", b"\x02\x91\xa1x", b"\x02\x92\x00\x00", b"\x02\xc1"])
def test_what_is_no_order_is_poison(value: bytes | None) -> None:
    with pytest.raises(Undecodable):
        decode_record(b"pump-7", value)


@pytest.mark.parametrize("key", [None, b"", b"two words", b"\xff", b"x" * 129])
def test_an_order_for_no_device_is_poison(key: bytes | None) -> None:
    with pytest.raises(Undecodable):
        decode_record(key, encode_erasure(NOON))
