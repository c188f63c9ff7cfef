"""The readings that are sent: three metrics each, every one new, because its time is one microsecond after the last.

Times begin at the measurement's own start, and no path takes a million readings a second: so two measurements, one
after the other, never send the same reading, and none lies ahead of the clock.
"""

import time
from collections.abc import Iterator
from typing import Final

from telemetry_contract.readings import Reading, Value
from telemetry_contract.times import MICROSECONDS_PER_SECOND, format_time

METRICS: Final[dict[str, Value]] = {"temperature": 21.37, "humidity": 55.2, "battery": 0.913}
METRICS_TEXT: Final = b'{"temperature":21.37,"humidity":55.2,"battery":0.913}'
FRACTION: Final = len(".000000Z")


def name_devices(count: int) -> list[str]:
    return [f"bench-{number:06d}" for number in range(count)]


def whole_second() -> int:
    """Return the second that has begun, in microseconds."""
    return int(time.time()) * MICROSECONDS_PER_SECOND


def slices(devices: list[str], readings: int) -> Iterator[list[Reading]]:
    """Yield readings without end, so many of one device, then of the next."""
    at = whole_second()
    while True:
        for device in devices:
            yield [Reading(device, at + number, METRICS) for number in range(readings)]
            at += readings


def bodies(batch: int) -> Iterator[bytes]:
    """Yield bodies without end: a reading alone where `batch` is 1, else a list; all are of the same length."""
    at = whole_second()
    while True:
        template = _template(format_time(at)[:-FRACTION].encode(), batch)
        for first in range(0, MICROSECONDS_PER_SECOND - batch + 1, batch):
            yield template % tuple(range(first, first + batch))
        at += MICROSECONDS_PER_SECOND


def _template(second: bytes, batch: int) -> bytes:
    one = b'{"time":"' + second + b'.%06dZ","metrics":' + METRICS_TEXT + b"}"
    return one if batch == 1 else b"[" + b",".join([one] * batch) + b"]"
