"""What is wrong with a body, in full: the slow way of `parsing`.

It names the faults of every reading with an RFC 6901 pointer from the reading's root, where the fast way only knows
that something is odd.
"""

import json
import math
import re
from collections import Counter
from collections.abc import Callable, Iterator
from itertools import islice
from typing import Final

import msgspec

from telemetry_contract.readings import (
    MAX_DEVICE,
    MAX_ID,
    MAX_METRIC_NAME,
    MAX_SAFE_INTEGER,
    MAX_STRING,
    Reading,
    is_device,
    is_metric,
)
from telemetry_contract.times import parse_time

FIELDS: Final = ("device", "time", "metrics", "id")
MAX_FAULTS: Final = 256  # faults named of one reading: an answer must not be many times as long as what it answers

_surrogate: Final = re.compile("[\ud800-\udfff]")


class Fault(msgspec.Struct, frozen=True):
    """One thing wrong with a reading: where (RFC 6901 pointer), what kind, and in words."""

    pointer: str
    code: str
    detail: str


class MalformedBody(ValueError):  # noqa: N818 - it is the body that is named, as in HTTP's own terms
    """The body as a whole cannot be read; its text says why."""


class TooManyReadings(ValueError):  # noqa: N818 - named for what it is about, as `MalformedBody`
    """The list is longer than a request's may be; its text says by how much."""


class _Object(dict[str, object]):
    """A JSON object that remembers which keys stood in it more than once."""

    repeated: tuple[str, ...] = ()


class _HugeInteger:
    """An integer with more digits than any safe one has, not worth converting."""


def inspect_body(
    body: bytes, *, device: str | None, max_metrics: int, max_readings: int
) -> list[Reading | tuple[Fault, ...]]:
    """Return each item of the body as a reading or as its faults, at most `MAX_FAULTS` of them.

    Raises:
        MalformedBody: the body is not JSON, or neither an object nor a list.
        TooManyReadings: the list has more than `max_readings` items.
    """
    document = _decode(body)
    items = document if isinstance(document, list) else [document]
    if not isinstance(document, list | dict):
        raise MalformedBody("expected one reading (an object) or a list of readings")
    require_count(len(items), max_readings)
    return [_inspect_item(item, device, max_metrics) for item in items]


def require_count(readings: int, most: int) -> None:
    """Refuse a batch for its length, before its items cost anything.

    Raises:
        TooManyReadings: `readings` is more than `most`.
    """
    if readings > most:
        raise TooManyReadings(f"a request holds at most {most} readings, this has {readings}")


def _decode(body: bytes) -> object:
    try:
        return json.loads(
            body.decode(), object_pairs_hook=_to_object, parse_int=_to_integer, parse_constant=_refuse_constant
        )
    except UnicodeDecodeError as error:
        raise MalformedBody(f"not UTF-8 at byte {error.start}") from None
    except json.JSONDecodeError as error:
        raise MalformedBody(f"not JSON: {error.msg} at line {error.lineno}, column {error.colno}") from None
    except RecursionError:
        raise MalformedBody("nested too deeply; a reading has two levels") from None


def _to_object(pairs: list[tuple[str, object]]) -> _Object:
    result = _Object(pairs)
    if len(result) != len(pairs):
        counts = Counter(name for name, _ in pairs)
        result.repeated = tuple(name for name, count in counts.items() if count > 1)
    return result


def _to_integer(text: str) -> int | _HugeInteger:
    return int(text) if len(text) <= len(str(MAX_SAFE_INTEGER)) + 1 else _HugeInteger()


def _refuse_constant(text: str) -> object:
    raise MalformedBody(f"not JSON: {text} is not a JSON number")


def _inspect_item(item: object, device: str | None, max_metrics: int) -> Reading | tuple[Fault, ...]:
    if not isinstance(item, _Object):
        return (Fault("", "wrong-type", f"expected an object, found {_kind(item)}"),)
    found = tuple(islice(_find_faults(item, device, max_metrics), MAX_FAULTS))
    if found:
        return found
    text = {name: value for name in ("device", "time", "id") if isinstance(value := item.get(name), str)}
    metrics = item["metrics"]
    assert isinstance(metrics, _Object)  # noqa: S101 - `_find_faults` found it so
    return Reading(
        text.get("device") or device or "",
        parse_time(text["time"]),
        dict(metrics),  # type: ignore[arg-type] # each value was inspected
        text.get("id"),
    )


def _find_faults(item: _Object, device: str | None, max_metrics: int) -> Iterator[Fault]:
    yield from _repeated(item, "")
    for name in item:
        if name not in FIELDS:
            yield Fault(_pointer("", name), "unknown-field", f"unknown field; a reading has {', '.join(FIELDS)}")
    yield from _device_faults(item, device)
    yield from _required(item, "time", _time_faults)
    yield from _required(item, "metrics", lambda value: _metrics_faults(value, max_metrics))
    if item.get("id") is not None and (detail := find_id_fault(item["id"])):
        yield Fault("/id", "invalid-id", detail)


def _repeated(item: _Object, at: str) -> Iterator[Fault]:
    for name in item.repeated:
        yield Fault(_pointer(at, name), "duplicate-key", "a key stands here more than once")


def _required(item: _Object, name: str, inspect: Callable[[object], Iterator[Fault]]) -> Iterator[Fault]:
    if name in item:
        yield from inspect(item[name])
    else:
        yield Fault(f"/{name}", "missing-field", f"a reading needs {name}")


def _device_faults(item: _Object, device: str | None) -> Iterator[Fault]:
    named = item.get("device")
    if named is None:
        if device is None:
            yield Fault("/device", "missing-field", "a reading needs device here, where the path names none")
    elif not isinstance(named, str) or not is_device(named):
        yield Fault("/device", "invalid-device", f"a device id is 1 to {MAX_DEVICE} of A-Z a-z 0-9 . _ : -")


def _time_faults(value: object) -> Iterator[Fault]:
    if not isinstance(value, str):
        yield Fault("/time", "wrong-type", f"expected RFC 3339 text, found {_kind(value)}")
        return
    try:
        parse_time(value)
    except ValueError:
        yield Fault("/time", "invalid-time", "expected RFC 3339 with a zone, such as 2026-01-31T12:00:00.5Z")


def find_id_fault(value: object) -> str | None:
    """Return what is wrong with a client's id, if anything."""
    if not isinstance(value, str):
        return f"expected text, found {_kind(value)}"
    if not 0 < len(value) <= MAX_ID:
        return f"an id has 1 to {MAX_ID} characters, this has {len(value)}"
    return _text_fault(value)


def _metrics_faults(value: object, max_metrics: int) -> Iterator[Fault]:
    if not isinstance(value, _Object):
        yield Fault("/metrics", "wrong-type", f"expected an object of values, found {_kind(value)}")
        return
    yield from _repeated(value, "/metrics")
    if not 0 < len(value) <= max_metrics:
        yield Fault("/metrics", "metrics-count", f"a reading has 1 to {max_metrics} metrics, this has {len(value)}")
        return
    for name, point in value.items():
        at = _pointer("/metrics", name)
        if not is_metric(name):
            allowed = f"1 to {MAX_METRIC_NAME} of A-Z a-z 0-9 . _ : / -, the first a letter, a digit or _"
            yield Fault(at, "invalid-metric", f"a metric's name is {allowed}")
        if detail := _value_fault(point):
            yield Fault(at, "invalid-value", detail)


def _value_fault(value: object) -> str | None:
    if isinstance(value, bool):
        return None
    if isinstance(value, str):
        return _text_fault(value) if len(value) <= MAX_STRING else f"text has at most {MAX_STRING} characters"
    if isinstance(value, _HugeInteger) or (isinstance(value, int) and abs(value) > MAX_SAFE_INTEGER):
        return "integers beyond 2**53 lose digits on their way; send them as text"
    if isinstance(value, float):
        return None if math.isfinite(value) else "beyond what a double can hold"
    return None if isinstance(value, int) else f"expected a number, a boolean or text, found {_kind(value)}"


def _text_fault(text: str) -> str | None:
    if "\0" in text:
        return "text must not contain U+0000"
    if _surrogate.search(text):
        return "text must not contain half of a surrogate pair"
    return None


def _pointer(at: str, name: str) -> str:
    # A name may be as long as the body, or no text that UTF-8 can carry: then the pointer ends at the object it is in.
    if len(name) > MAX_STRING or _surrogate.search(name):
        return at
    return f"{at}/{name.replace('~', '~0').replace('/', '~1')}"


def _kind(value: object) -> str:
    kinds: dict[type, str] = {_Object: "an object", list: "a list", str: "text", bool: "a boolean", type(None): "null"}
    return kinds.get(type(value), "a number")
