"""From a request's body to readings, once, at the edge.

A body is one reading or a list of them. The fast way decodes the whole body by type and is taken by every well-formed
body; where it finds anything odd, `faults` looks again, slowly, and says what is wrong with each reading and where.
Both ways must agree on every body: a property test holds them to it.
"""

from typing import Final

import msgspec

from telemetry_contract import faults
from telemetry_contract.faults import Fault
from telemetry_contract.readings import Reading, Value, is_device, is_metric
from telemetry_contract.times import parse_time

MAX_METRICS: Final = 64  # metrics in a reading, unless the platform says otherwise
MAX_READINGS: Final = 1000  # readings in a request, likewise


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


def parse_body(
    body: bytes, *, device: str | None, max_metrics: int = MAX_METRICS, max_readings: int = MAX_READINGS
) -> Body:
    """Return the readings of a JSON body, the refused ones with their faults.

    `device` is the device that the request is for: readings may then leave it out. Without it each must name its own.

    Raises:
        MalformedBody: the body is not JSON, or neither an object nor a list.
        TooManyReadings: the list has more than `max_readings` items.
    """
    single = body.lstrip(b" \t\r\n")[:1] == b"{"
    try:
        wires = [_decode_one(body)] if single else _decode_many(body)
        items = _to_items(wires, body, device, max_metrics, max_readings)
    except (msgspec.MsgspecError, _OddError, ValueError, RecursionError):
        found = faults.inspect_body(body, device=device, max_metrics=max_metrics, max_readings=max_readings)
        items = [Invalid(item) if isinstance(item, tuple) else item for item in found]
    return Body(items, single)


def _to_items(wires: list[_Wire], body: bytes, device: str | None, max_metrics: int, max_readings: int) -> list[Item]:
    if len(wires) > max_readings or _hides_a_key(body, wires):
        raise _OddError
    return [_to_reading(wire, device, max_metrics) for wire in wires]


def _hides_a_key(body: bytes, wires: list[_Wire]) -> bool:
    """Tell whether a key may stand twice in an object; the decoder keeps the last of equal keys and says nothing.

    One more colon than the kept keys and strings account for is a key that was dropped. A colon written as an escape
    could make up for it, so the slow way also gets every body that has such an escape.
    """
    if b"\\" in body and b"\\u003" in body:
        return True
    surplus = body.count(b":") - sum(map(_least_colons, wires))
    return surplus != 0 and surplus != sum(map(_text_colons, wires))


def _to_reading(wire: _Wire, device: str | None, max_metrics: int) -> Reading:
    metrics = wire.metrics
    name = device if wire.device is None else wire.device
    if name is None or (name is not device and not is_device(name)) or not 0 < len(metrics) <= max_metrics:
        raise _OddError
    if wire.id is not None and faults.find_id_fault(wire.id):
        raise _OddError
    for metric, value in metrics.items():
        if not is_metric(metric) or (isinstance(value, str) and "\0" in value):
            raise _OddError
    return Reading(name, parse_time(wire.time), metrics, wire.id)


def _least_colons(wire: _Wire) -> int:
    """Return how many colons a reading has for its keys and its time, as nearly all have no more."""
    return 2 + len(wire.metrics) + wire.time.count(":") + (wire.device is not None) + (wire.id is not None)


def _text_colons(wire: _Wire) -> int:
    """Return how many colons stand in a reading's other text."""
    texts = [wire.device or "", wire.id or "", *wire.metrics]
    texts += [value for value in wire.metrics.values() if isinstance(value, str)]
    return "".join(texts).count(":")
