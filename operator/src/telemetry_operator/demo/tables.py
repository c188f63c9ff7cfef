"""A snapshot put before a person: live tables in a terminal, a line where there is none."""

import time
from typing import Final

from rich.box import SIMPLE_HEAD
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from telemetry_contract.api import Latest
from telemetry_contract.readings import Value
from telemetry_contract.times import MICROSECONDS_PER_SECOND, parse_time
from telemetry_operator.demo.freshness import Freshness
from telemetry_operator.demo.watch import Snapshot

_MACHINE: Final = ("cpu_percent", "memory_percent", "load_1m", "disk_percent", "network_received_bytes_per_second")
_SENSOR: Final = ("temperature", "humidity", "battery", "motion", "state")
_NAMES: Final = {"network_received_bytes_per_second": "net in B/s", "load_1m": "load", "cpu_percent": "cpu %"} | {
    "memory_percent": "mem %",
    "disk_percent": "disk %",
}
_UNKNOWN: Final = "?"  # the platform did not answer


def live_table(snapshot: Snapshot, machine: str, footer: str) -> RenderableType:
    own = [latest for latest in snapshot.newest if latest.device == machine]
    fleet = [latest for latest in snapshot.newest if latest.device != machine]
    return Group(
        _counts(snapshot),
        _newest("This machine", own, _MACHINE),
        _newest("Some of the simulated fleet", fleet, _SENSOR),
        Text(f"{snapshot.seconds:.0f} s. {footer}", style="dim"),
    )


def plain_line(snapshot: Snapshot) -> str:
    """The same in one line, for a log."""
    return (
        f"{snapshot.seconds:4.0f} s  accepted {snapshot.accepted:,}  stored {_count(snapshot.stored)}  "
        f"visible {_count(snapshot.visible)}  lag {_count(snapshot.lag)}  "
        f"waiting {snapshot.waiting:,}  refused {snapshot.not_accepted:,}  fresh {in_words(snapshot.freshness)}"
    )


def in_words(freshness: Freshness | None) -> str:
    return "-" if freshness is None else f"{freshness.median:.2f} s, p99 {freshness.p99:.2f} s"


def _counts(snapshot: Snapshot) -> Table:
    table = _table("Readings")
    cells = {
        "accepted": f"{snapshot.accepted:,}",
        "stored": _count(snapshot.stored),
        "visible": _count(snapshot.visible),
        "lag": _count(snapshot.lag),
        "waiting": f"{snapshot.waiting:,}",
        "refused": f"{snapshot.not_accepted:,}",
        "fresh after": in_words(snapshot.freshness),
    }
    for name in cells:
        table.add_column(name, justify="right")
    table.add_row(*cells.values())
    return table


def _newest(title: str, devices: list[Latest], metrics: tuple[str, ...]) -> Table:
    """The newest values as analytics serves them."""
    table = _table(title)
    table.add_column("device")
    for metric in metrics:
        table.add_column(_NAMES.get(metric, metric), justify="right")
    table.add_column("age", justify="right")
    for latest in devices:
        found = [latest.metrics.get(metric) for metric in metrics]
        values = ["" if one is None else _shown(one.value) for one in found]
        table.add_row(latest.device, *values, _age(latest))
    return table


def _table(title: str) -> Table:
    """Without a frame: all of them fit a terminal of 24 lines."""
    return Table(title=title, title_justify="left", box=SIMPLE_HEAD)


def _shown(value: Value) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:,.1f}" if isinstance(value, float) else str(value)


def _age(latest: Latest) -> str:
    newest = max((parse_time(value.time) for value in latest.metrics.values()), default=None)
    return "" if newest is None else f"{max(time.time() - newest / MICROSECONDS_PER_SECOND, 0):.1f} s"


def _count(number: int | None) -> str:
    return _UNKNOWN if number is None else f"{number:,}"
