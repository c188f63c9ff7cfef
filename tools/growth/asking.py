"""The same questions to a short and a long history in turn, through analytics; and how PostgreSQL answers them."""

import re
import time
from collections.abc import Callable, Iterator
from typing import Any, Final, NamedTuple

import httpx
import psycopg
from psycopg import sql
from tests.support.platform import RunningPlatform

from telemetry.core.ports import Order, ReadingQuery, TimeRange
from telemetry.core.postgres import aggregates, queries
from telemetry.core.postgres.binary import Moment, texts
from telemetry_contract.keys import Scope
from telemetry_contract.times import MICROSECONDS_PER_SECOND, format_time
from tools.bench.readings import name_devices
from tools.growth.history import Extent
from tools.growth.results import Asked, Plan

HOUR: Final = 3600 * MICROSECONDS_PER_SECOND
BUCKET: Final = "15m"
PAGE: Final = 100
METRIC: Final = "temperature"
WARM_ROUNDS: Final = 20
_SCAN: Final = re.compile(r"((?:Index Only |Bitmap Index |Index |Bitmap Heap |Seq )Scan[^(]*?)\s+\(cost.*\(actual")
_PAGES: Final = re.compile(r"Buffers: shared(?: hit=(\d+))?(?: read=(\d+))?")
_PARTITION: Final = re.compile(r"readings_\d{10}")
_ALIAS: Final = re.compile(r" readings(_\d+)?$")


class Question(NamedTuple):
    """A path with its query, by device, and the statement behind it."""

    name: str
    path: Callable[[str], str]
    statement: Callable[[str], tuple[Any, dict[str, Any]]]


def questions(extent: Extent) -> list[Question]:
    """Return the questions; each finds the same number of readings, however long the history."""
    begin, end = extent.end - 6 * HOUR, extent.end
    span = f"from={format_time(begin)}&to={format_time(end)}"
    summed: dict[str, Any] = {
        "metrics": texts([METRIC]),
        "start": Moment(begin),
        "end": Moment(end),
        "width": HOUR // 4,
    }
    return [
        Question("latest", lambda it: f"/devices/{it}/latest", lambda it: (queries.LATEST, {"devices": texts([it])})),
        Question(
            f"range of 6 h, {PAGE} a page",
            lambda it: f"/devices/{it}/readings?{span}&limit={PAGE}",
            lambda it: _page(ReadingQuery(devices=(it,), range=TimeRange(begin, end), limit=PAGE)),
        ),
        Question(
            f"newest {PAGE} of a device",
            lambda it: f"/devices/{it}/readings?order=desc&limit={PAGE}",
            lambda it: _page(ReadingQuery(devices=(it,), order=Order.DESCENDING, limit=PAGE)),
        ),
        Question(
            f"newest {PAGE} of all",
            lambda _: f"/readings?order=desc&limit={PAGE}",
            lambda _: _page(ReadingQuery(order=Order.DESCENDING, limit=PAGE)),
        ),
        Question(
            f"aggregate of 6 h by {BUCKET}",
            lambda it: f"/devices/{it}/aggregate?metric={METRIC}&{span}&bucket={BUCKET}",
            lambda it: (aggregates.AGGREGATE, summed | {"device": it}),
        ),
    ]


def _page(query: ReadingQuery) -> tuple[Any, dict[str, Any]]:
    return queries.build_readings(query)


def ask_in_turn(
    short: RunningPlatform, long: RunningPlatform, extent: Extent, rounds: int, done: Callable[[], None]
) -> list[Asked]:
    """Ask the short history, the long one, and the short one again, over and over, a device after the other."""
    devices, asked = name_devices(extent.devices), questions(extent)
    times: dict[str, tuple[list[float], list[float], list[float]]] = {it.name: ([], [], []) for it in asked}
    with _client(short) as near, _client(long) as far:
        for number in range(rounds + WARM_ROUNDS):
            device = devices[number * 7 % len(devices)]
            for question in asked:
                path = question.path(device)
                measured = [_milliseconds(client, path) for client in (near, far, near)]
                for kept, value in zip(times[question.name], measured, strict=True):
                    if number >= WARM_ROUNDS:
                        kept.append(value)
            done()
    return [
        Asked(question=name, short=first, long=long_ones, again=again)
        for name, (first, long_ones, again) in times.items()
    ]


def explain(url: str, extent: Extent) -> Iterator[Plan]:
    """Yield what PostgreSQL does for each question, really done."""
    device = name_devices(extent.devices)[extent.devices // 2]
    with psycopg.connect(url, autocommit=True) as connection:
        for question in questions(extent):
            statement, names = question.statement(device)
            body = sql.SQL(statement) if isinstance(statement, str) else statement
            explained = sql.Composed([sql.SQL("EXPLAIN (ANALYZE, BUFFERS) "), body])
            # Once for the catalogue: the first time in a connection reads it for the plan.
            connection.execute(explained, names)
            lines = [row[0] for row in connection.execute(explained, names)]
            yield Plan(
                question=question.name,
                readings=extent.readings,
                scans=scans_of(lines),
                pages=pages_of(lines),
                text="\n".join(lines),
            )


def scans_of(lines: list[str]) -> list[str]:
    """Return what a plan scanned, all partitions as one and those that were never read left out, in its order."""
    found = [match[1] for line in lines if (match := _SCAN.search(line)) and "never executed" not in line]
    return list(dict.fromkeys(_PARTITION.sub("…", _ALIAS.sub("", scan)) for scan in found))


def pages_of(lines: list[str]) -> int:
    """Return the pages that the whole of a plan asked for: its first line on buffers holds those below."""
    for line in lines:
        if match := _PAGES.search(line):
            return sum(int(number or 0) for number in match.groups())
    return 0


def _client(platform: RunningPlatform) -> httpx.Client:
    headers = platform.token_headers(Scope.READ, expires_in=86_400)
    return httpx.Client(base_url=f"{platform.analytics_url}/api/v1", headers=headers)


def _milliseconds(client: httpx.Client, path: str) -> float:
    begun = time.perf_counter()
    answer = client.get(path)
    taken = time.perf_counter() - begun
    answer.raise_for_status()
    return round(taken * 1e3, 3)
