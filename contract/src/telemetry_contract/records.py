"""What Kafka carries: slices of requests, orders to erase a device, and the consumer's heartbeats.

One record is one device's slice of one request, or the order to erase it: key = device, value = one byte of version,
then msgpack. An order has a version of its own: a release that knew no orders stops at one as at any version that it
does not know, where it would have taken it for poison and passed it by.

An unknown version is not poison: it says that a newer release wrote the log, and stops the consumer until it is
upgraded.
"""

from math import isfinite
from typing import Annotated, Final, TypeAlias

import msgspec

from telemetry_contract.readings import MAX_ID, Reading, Value, is_device, is_metric
from telemetry_contract.times import MAX_TIME, MIN_TIME

VERSION: Final = 1
ERASURE_VERSION: Final = 2
_VERSION_BYTE: Final = bytes([VERSION])
_ERASURE_BYTE: Final = bytes([ERASURE_VERSION])

Time: TypeAlias = Annotated[int, msgspec.Meta(ge=MIN_TIME, le=MAX_TIME)]


class Undecodable(ValueError):  # noqa: N818 - named for what it is about
    """A record that no release of this platform wrote: poison."""


class UnknownVersion(ValueError):  # noqa: N818 - named for what it is about
    """A record of a version that this release does not know."""


class Point(msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True, gc=False):
    """A reading without its device, which is the record's key."""

    time: Time
    metrics: Annotated[dict[str, Value], msgspec.Meta(min_length=1)]
    id: Annotated[str, msgspec.Meta(min_length=1, max_length=MAX_ID)] | None = None


class Slice(msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """One device's readings of one request; `received` is the producer's time in microseconds."""

    received: Time
    points: list[Point]


class _Order(msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    ordered: Time


class Erase(msgspec.Struct, frozen=True, gc=False):
    """The order to erase a device: whatever of it stands before this record in the log. `ordered` in microseconds."""

    device: str
    ordered: int


class Heartbeat(msgspec.Struct, frozen=True):
    """How far the consumer is with one partition of the readings topic, at a moment (microseconds).

    `oldest_unread` is when the oldest reading that is not stored yet was received, `None` where all are stored.
    """

    at: Time
    oldest_unread: Time | None


_encode = msgspec.msgpack.Encoder().encode
_decode_slice = msgspec.msgpack.Decoder(Slice).decode
_decode_order = msgspec.msgpack.Decoder(_Order).decode
_decode_heartbeat = msgspec.msgpack.Decoder(Heartbeat).decode


def encode_slice(received: int, readings: list[Reading]) -> bytes:
    """Return the value of a record; all readings are of the device that is its key."""
    return _VERSION_BYTE + _encode(Slice(received, [Point(it.time, it.metrics, it.id) for it in readings]))


def decode_slice(key: bytes | None, value: bytes | None) -> tuple[int, list[Reading]]:
    """Return when a record's readings were received, and the readings.

    Raises:
        UnknownVersion: a newer release wrote it.
        Undecodable: nothing that this platform writes.
    """
    try:
        device = (key or b"").decode("ascii")
        content = _decode_slice(_payload(value))
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise Undecodable(str(error)) from None
    _require_device(device)
    for point in content.points:
        if point.id is not None and "\0" in point.id:
            raise Undecodable(f"no id of ours: {point.id!r:.200}")
        for name, measured in point.metrics.items():
            if isinstance(measured, float):
                sound = isfinite(measured)
            else:
                sound = not isinstance(measured, str) or "\0" not in measured
            if not (sound and is_metric(name)):
                raise Undecodable(f"no metric of ours: {name!r:.200} is {measured!r:.200}")
    return content.received, [Reading(device, point.time, point.metrics, point.id) for point in content.points]


def encode_erasure(ordered: int) -> bytes:
    """Return the value of a record that orders the device that is its key to be erased."""
    return _ERASURE_BYTE + _encode(_Order(ordered))


def decode_record(key: bytes | None, value: bytes | None) -> Erase | tuple[int, list[Reading]]:
    """Return what a record of the readings' topic is: the order to erase a device, or what `decode_slice` says.

    Raises:
        UnknownVersion: a newer release wrote it.
        Undecodable: nothing that this platform writes.
    """
    if value is None or value[:1] != _ERASURE_BYTE:
        return decode_slice(key, value)
    try:
        device = (key or b"").decode("ascii")
        order = _decode_order(value[1:])
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise Undecodable(str(error)) from None
    _require_device(device)
    return Erase(device, order.ordered)


def encode_heartbeat(heartbeat: Heartbeat) -> bytes:
    return _VERSION_BYTE + _encode(heartbeat)


def decode_heartbeat(value: bytes | None) -> Heartbeat:
    """Return a heartbeat.

    Raises:
        UnknownVersion: a newer release wrote it.
        Undecodable: nothing that this platform writes.
    """
    try:
        return _decode_heartbeat(_payload(value))
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise Undecodable(str(error)) from None


def _require_device(device: str) -> None:
    if not is_device(device):
        raise Undecodable(f"the key is no device id: {device!r:.200}")


def _payload(value: bytes | None) -> bytes:
    if not value:
        raise Undecodable("the record is empty")
    if value[0] != VERSION:
        raise UnknownVersion(f"record version {value[0]}; this release knows version {VERSION}")
    return value[1:]
