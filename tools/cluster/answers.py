"""What a platform's analytics answers about one device, put before a person."""

import time
from collections.abc import Iterator
from typing import Any, Final

import httpx
from rich.console import RenderableType
from rich.table import Table

from telemetry_contract.times import format_time
from telemetry_operator.client.sending import Target

METRIC: Final = "cpu_percent"
BUCKET: Final = 10_000_000  # microseconds
BUCKETS: Final = 4
FIGURES: Final = ("count", "min", "mean", "max")


def answers_of(target: Target, device: str) -> Iterator[RenderableType]:
    """The device's newest values, the last seconds of one metric in buckets, and the ledger's sums."""
    headers = {"authorization": f"Bearer {target.reader}"}
    with httpx.Client(base_url=f"{target.analytics}/api/v1", headers=headers) as client:
        yield _latest(_ask(client, f"/devices/{device}/latest"))
        now = time.time_ns() // 1000
        end = now - now % BUCKET + BUCKET
        span = {"from": format_time(end - BUCKETS * BUCKET), "to": format_time(end), "bucket": "10s"}
        yield _aggregates(_ask(client, f"/devices/{device}/aggregate", metric=METRIC, **span))
        yield _integrity(_ask(client, "/integrity"))


def _ask(client: httpx.Client, path: str, **parameters: str) -> dict[str, Any]:
    return dict(client.get(path, params=parameters).raise_for_status().json())


def _latest(answer: dict[str, Any]) -> Table:
    table = _table(f"latest of {answer['device']}", "metric", "value", "time")
    for name, newest in sorted(answer["metrics"].items()):
        table.add_row(name, _figure(newest["value"]), newest["time"])
    return table


def _aggregates(answer: dict[str, Any]) -> Table:
    table = _table(f"aggregate of {METRIC}", "from", *FIGURES)
    for bucket in answer["metrics"][METRIC]:
        table.add_row(bucket["start"], *(_figure(bucket[name]) for name in FIGURES))
    return table


def _integrity(answer: dict[str, Any]) -> Table:
    table = _table("integrity", "balanced", "readings", "stored", "duplicate", "dead letters")
    partitions = answer["partitions"]
    sums = (sum(partition[name] for partition in partitions) for name in ("readings", "stored", "duplicate"))
    balanced = "yes" if answer["balanced"] else "NO"
    table.add_row(balanced, *(_figure(found) for found in sums), _figure(answer["dead_letters"]))
    return table


def _table(title: str, *columns: str) -> Table:
    return Table(*columns, title=title, title_justify="left")


def _figure(value: object) -> str:
    if value is None:
        return "-"
    return f"{value:,.1f}" if isinstance(value, float) else str(value)
