"""This machine as a device: what psutil can see of it, as the metrics of one reading.

Rates (bytes a second) need two looks, so `Machine` remembers the last one; its first sample has none. What a system
has no sensor for, or does not let us see, is left out: a reading holds only what was measured.
"""

import re
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, NamedTuple, TypeAlias, TypeVar

import psutil

from telemetry_contract.readings import Reading

Metrics: TypeAlias = dict[str, float | int | bool | str]
T = TypeVar("T")

_NOT_IN_A_DEVICE: Final = re.compile(r"[^A-Za-z0-9.:-]+")
_NOT_IN_A_METRIC: Final = re.compile(r"[^a-z0-9]+")
_UNSEEN: Final = (OSError, RuntimeError, AttributeError, NotImplementedError, psutil.Error)
"""What psutil raises where a system has no such sensor, or where a container hides it."""


class Counters(NamedTuple):
    """Totals since the machine started, in bytes; None where the system does not say."""

    disk_read: int | None = None
    disk_written: int | None = None
    network_received: int | None = None
    network_sent: int | None = None


@dataclass(frozen=True, slots=True)
class Look:
    """Counters as they stood at a moment of the monotonic clock (seconds)."""

    at: float
    counters: Counters


class Machine:
    """Samples this machine; one instance per stream of readings."""

    def __init__(self, device: str | None = None) -> None:
        self.device = device or machine_device()
        self._last: Look | None = None
        psutil.cpu_percent()  # its first answer is without meaning, and starts its clock

    def sample(self) -> Metrics:
        """Everything that can be seen now: shares in per cent, sizes in bytes, rates in bytes a second, °C."""
        look = Look(time.monotonic(), _counters())
        metrics = {**_processor(), **_memory(), **_load(), **_temperatures(), **rates(self._last, look)}
        self._last = look
        return metrics

    def reading(self) -> Reading:
        """A sample as a reading of now; its id is left to its content."""
        return Reading(device=self.device, time=time.time_ns() // 1000, metrics=self.sample(), id=None)


def machine_device() -> str:
    """A device id made of the host's name."""
    host = _NOT_IN_A_DEVICE.sub("-", socket.gethostname()).strip("-") or "localhost"
    return f"host-{host}"[:128]


def rates(before: Look | None, now: Look) -> Metrics:
    """Bytes a second between two looks; none without a first look, nor where a counter began anew."""
    if before is None or now.at <= before.at:
        return {}
    elapsed = now.at - before.at
    pairs = zip(Counters._fields, before.counters, now.counters, strict=True)
    return {
        f"{name}_bytes_per_second": round((new - old) / elapsed, 1)
        for name, old, new in pairs
        if old is not None and new is not None and new >= old
    }


def _counters() -> Counters:
    disk, network = _seen(psutil.disk_io_counters), _seen(psutil.net_io_counters)
    return Counters(
        disk_read=disk.read_bytes if disk else None,
        disk_written=disk.write_bytes if disk else None,
        network_received=network.bytes_recv if network else None,
        network_sent=network.bytes_sent if network else None,
    )


def _processor() -> Metrics:
    return {"cpu_percent": psutil.cpu_percent(), "cpu_count": psutil.cpu_count() or 1}


def _memory() -> Metrics:
    memory, disk = psutil.virtual_memory(), _seen(lambda: psutil.disk_usage("/"))
    found: Metrics = {"memory_percent": memory.percent, "memory_available_bytes": memory.available}
    return found if disk is None else found | {"disk_percent": disk.percent, "disk_free_bytes": disk.free}


def _load() -> Metrics:
    averages = _seen(psutil.getloadavg)
    return {} if averages is None else {"load_1m": round(averages[0], 2), "load_5m": round(averages[1], 2)}


def _temperatures() -> Metrics:
    """The hottest sensor of each chip, as `temperature_<chip>`."""
    sensors = _seen(lambda: psutil.sensors_temperatures()) or {}  # noqa: PLW0108 - not every system has the function
    return {
        f"temperature_{_NOT_IN_A_METRIC.sub('_', chip.lower()).strip('_')}": max(entry.current for entry in entries)
        for chip, entries in sensors.items()
        if entries
    }


def _seen(look: Callable[[], T]) -> T | None:
    """What `look` sees, or None where this system has no such sensor."""
    try:
        return look()
    except _UNSEEN:
        return None
