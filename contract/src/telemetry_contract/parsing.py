"""From a request's body to readings, once, at the edge.

A body is one reading or a list of them. The fast way decodes the whole body by type and is taken by every well-formed
body; where it finds anything odd, `faults` looks again, slowly, and says what is wrong with each reading and where.
Both ways must agree on every body: a property test holds them to it.
"""

from typing import Final

import msgspec

from telemetry_contract import faults
from telemetry_contract.faults import Fault
from telemetry_contract.readings import MAX_SAFE_INTEGER, Reading, Value, is_device, is_metric
from telemetry_contract.times import parse_time

MAX_METRICS: Final = 64  # metrics in a reading, unless the platform says otherwise


class Invalid(msgspec.Struct, frozen=True):
    """A reading that is refused, and every reason why."""

    faults: tuple[Fault, ...]


Item = Reading | Invalid


class Body(msgspec.Struct, frozen=True):
    """What a request carried, in the order sent. `single` bodies were one reading, not a list."""

    items: list[Item]
    single: bool


class _Wire(msgspec.Struct, forbid_unknown_fields=True, gc=False):
    time: str
    metrics: dict[str, Value]
    device: str | None = None
    id: str | None = None


_decode_one = msgspec.json.Decoder(_Wire).decode
_decode_many = msgspec.json.Decoder(list[_Wire]).decode


class _OddError(Exception):
    """The fast way is not certain of a body: the slow way decides."""


def parse_body(body: bytes, *, device: str | None, max_metrics: int = MAX_METRICS) -> Body:
    """Return the readings of a JSON body, the refused ones with their faults.

    `device` is the device that the request is for: readings may then leave it out. Without it each must name its own.

    Raises:
        MalformedBody: the body is not JSON, or neither an object nor a list.
    """
    single = body.lstrip(b" \t\r\n")[:1] == b"{"
    try:
        items = _parse_well_formed(body, device, max_metrics, single=single)
    except (msgspec.MsgspecError, _OddError, ValueError, RecursionError):
        found = faults.inspect_body(body, device=device, max_metrics=max_metrics)
        items = [Invalid(item) if isinstance(item, tuple) else item for item in found]
    return Body(items, single)


def _parse_well_formed(body: bytes, device: str | None, max_metrics: int, *, single: bool) -> list[Item]:
    wires = [_decode_one(body)] if single else _decode_many(body)
    items: list[Item] = [_to_reading(wire, device, max_metrics) for wire in wires]
    if body.count(b":") != sum(map(_colons, wires)):
        raise _OddError
    return items


def _to_reading(wire: _Wire, device: str | None, max_metrics: int) -> Reading:
    metrics = wire.metrics
    name = device if wire.device is None else wire.device
    if name is None or (name is not device and not is_device(name)) or not 0 < len(metrics) <= max_metrics:
        raise _OddError
    if wire.id is not None and faults.find_id_fault(wire.id):
        raise _OddError
    for metric, value in metrics.items():
        if not is_metric(metric):
            raise _OddError
        # An integer beyond 64 bits arrives here as a float: only the text can tell.
        if isinstance(value, float):
            if not -MAX_SAFE_INTEGER <= value <= MAX_SAFE_INTEGER:
                raise _OddError
        elif isinstance(value, str) and "\0" in value:
            raise _OddError
    return Reading(name, parse_time(wire.time), metrics, wire.id)


def _colons(wire: _Wire) -> int:
    """Return how many colons a reading's JSON has if no key stands in it twice.

    The decoder keeps the last of two equal keys and says nothing. One more colon than the keys and strings account for
    is a key that was dropped; an escaped character also breaks the count, and the slow way then finds nothing wrong.
    """
    count = 2 + len(wire.metrics) + wire.time.count(":")
    if wire.device is not None:
        count += 1 + wire.device.count(":")
    if wire.id is not None:
        count += 1 + wire.id.count(":")
    for metric, value in wire.metrics.items():
        if ":" in metric:
            count += metric.count(":")
        if isinstance(value, str):
            count += value.count(":")
    return count
