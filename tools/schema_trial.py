#!/usr/bin/env python3
"""Trial of two layouts of the readings table, and of two of `latest`: bytes, write speed, query speed.

    python tools/schema_trial.py --readings 300000

Starts a PostgreSQL of its own, set up as a platform's is, unless `--url` names an empty database. The figures and the
choice are in docs/adr/0004-readings-table.md. Write runs are repeated, the layouts taking turns; the median counts.
"""

# ruff: noqa: S608 - statements are made of this file's own constants

import argparse
import random
import secrets
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from pathlib import Path
from statistics import median
from struct import Struct
from typing import Any, Final

import msgspec
import psycopg
from psycopg.types.json import set_json_loads
from rich.console import Console
from rich.table import Table
from tests.support.ports import take_port

from telemetry.core.postgres.binary import POSTGRES_EPOCH, jsonbs, texts, times, uuids
from telemetry.core.postgres.latest import store_latest
from telemetry.core.postgres.schema import migrate
from telemetry_contract.identity import IDENTITY_BYTES, Identified, identify
from telemetry_contract.readings import Reading
from telemetry_contract.times import parse_time
from telemetry_operator.local.program import launch_argv
from telemetry_operator.local.servers import postgres

START: Final = parse_time("2026-03-10T00:00:00Z")
BATCH: Final = 5_000
ROUNDS: Final = 3
QUERIES: Final = 50

Connection = psycopg.Connection[Any]
Rows = Sequence[Identified]
Write = Callable[[Connection, Rows], int]

COMMON: Final = "time timestamptz NOT NULL, identity uuid NOT NULL, content uuid NOT NULL"
JSONB: Final = f'{COMMON}, device text COLLATE "C" NOT NULL, metrics jsonb NOT NULL'
SHAPES: Final = f"{COMMON}, device integer NOT NULL, shape integer NOT NULL, numbers float8[], texts text[]"
LATEST_BY_METRIC: Final = """
CREATE TABLE latest_by_metric (device text COLLATE "C", metric text COLLATE "C", time timestamptz, identity uuid,
  value jsonb, PRIMARY KEY (device, metric)) WITH (fillfactor = 50)
"""
INTO_LATEST_BY_METRIC: Final = """
INSERT INTO latest_by_metric AS kept SELECT * FROM unnest(%b, %b, %b, %b, %b) ON CONFLICT (device, metric) DO UPDATE
SET time = excluded.time, identity = excluded.identity, value = excluded.value
WHERE (excluded.time, excluded.identity) > (kept.time, kept.identity)
"""
INSERT: Final = """
WITH inserted AS (INSERT INTO {table} SELECT * FROM {source} ON CONFLICT DO NOTHING RETURNING identity)
SELECT coalesce(string_agg(uuid_send(identity), ''), '') FROM inserted
"""
DIGEST: Final = ", ".join(f"sum(substr(uuid_send(identity), {at}, 4)::bigint)" for at in (1, 5, 9, 13))

COPY_HEAD: Final = b"PGCOPY\n\xff\r\n\0" + bytes(8)
COPY_TAIL: Final = b"\xff\xff"
NULL: Final = b"\xff\xff\xff\xff"
KEY: Final = Struct(">hiqi16si16s").pack
LENGTH: Final = Struct(">i").pack
SHAPE: Final = Struct(">iiiiiiiiii").pack
NUMBER: Final = Struct(">id").pack
FLOAT8_OID: Final = 701
DEVICES: Final[dict[str, int]] = {}  # the dictionaries of the second layout, warm: the cost of filling them is left out
SHAPES_BY_NAMES: Final[dict[tuple[str, ...], int]] = {}

encode = msgspec.json.Encoder().encode


def jsonb_row(row: Identified) -> bytes:
    device, document = row.reading.device.encode(), encode(row.reading.metrics)
    tail = LENGTH(len(device)) + device + LENGTH(len(document) + 1) + b"\1" + document
    return KEY(5, 8, row.reading.time - POSTGRES_EPOCH, 16, row.identity, 16, row.content_hash) + tail


def shapes_row(row: Identified) -> bytes:
    """Pack a row with numbers and booleans as `float8[]`; the shape says which are which."""
    metrics = row.reading.metrics
    device = DEVICES.setdefault(row.reading.device, len(DEVICES))
    shape = SHAPES_BY_NAMES.setdefault(tuple(metrics), len(SHAPES_BY_NAMES))
    head = KEY(7, 8, row.reading.time - POSTGRES_EPOCH, 16, row.identity, 16, row.content_hash)
    count = len(metrics)
    array = SHAPE(4, device, 4, shape, 20 + 12 * count, 1, 0, FLOAT8_OID, count, 1)
    return head + array + b"".join([NUMBER(8, value) for value in metrics.values()]) + NULL


def copy_rows(connection: Connection, rows: Rows, table: str, pack: Callable[[Identified], bytes]) -> None:
    data = b"".join([COPY_HEAD, *map(pack, rows), COPY_TAIL])
    with connection.cursor().copy(f"COPY {table} FROM STDIN (FORMAT binary)") as copy:
        copy.write(data)


def through_copy(table: str, pack: Callable[[Identified], bytes]) -> Write:
    """Write by COPY into a temporary table, and from there what is not in the table yet."""

    def write(connection: Connection, rows: Rows) -> int:
        connection.execute(f"CREATE TEMP TABLE IF NOT EXISTS incoming (LIKE {table}) ON COMMIT DELETE ROWS")
        copy_rows(connection, rows, "incoming", pack)
        return count_stored(connection.cursor(binary=True).execute(INSERT.format(table=table, source="incoming")))

    return write


def through_unnest(connection: Connection, rows: Rows) -> int:
    """Write by arrays, one a column, in the statement that leaves out what is in the table."""
    columns = (
        times([row.reading.time for row in rows]),
        uuids([row.identity for row in rows]),
        uuids([row.content_hash for row in rows]),
        texts([row.reading.device for row in rows]),
        jsonbs([encode(row.reading.metrics) for row in rows]),
    )
    statement = INSERT.format(table="trial_jsonb", source="unnest(%b, %b, %b, %b, %b)")
    return count_stored(connection.cursor(binary=True).execute(statement, columns))


def plainly(table: str, pack: Callable[[Identified], bytes]) -> Write:
    """Write by COPY alone, as fast as PostgreSQL takes these rows: nothing is deduplicated."""

    def write(connection: Connection, rows: Rows) -> int:
        copy_rows(connection, rows, table, pack)
        return len(rows)

    return write


def count_stored(cursor: psycopg.Cursor[Any]) -> int:
    row = cursor.fetchone()
    return len(row[0]) // IDENTITY_BYTES if row else 0


WAYS: Final[dict[str, tuple[str, str, Write]]] = {
    "jsonb, plain COPY": ("trial_jsonb", JSONB, plainly("trial_jsonb", jsonb_row)),
    "jsonb, COPY to temp": ("trial_jsonb", JSONB, through_copy("trial_jsonb", jsonb_row)),
    "jsonb, unnest": ("trial_jsonb", JSONB, through_unnest),
    "shapes, plain COPY": ("trial_shapes", SHAPES, plainly("trial_shapes", shapes_row)),
    "shapes, COPY to temp": ("trial_shapes", SHAPES, through_copy("trial_shapes", shapes_row)),
}


def make_readings(count: int, devices: int) -> list[Identified]:
    """Make readings of four numbers and a boolean, two milliseconds apart over all devices."""
    chance = random.Random(1)  # noqa: S311 - the same readings every time
    return [
        identify(
            Reading(
                f"sensor-{chance.randrange(devices):06d}",
                START + number * 2_000,
                {
                    "temperature": round(chance.gauss(20, 5), 2),
                    "humidity": round(chance.uniform(20, 95), 1),
                    "pressure": round(chance.gauss(1013, 9), 1),
                    "battery": round(chance.random(), 3),
                    "charging": chance.choice((True, False)),
                },
            )
        )
        for number in range(count)
    ]


def batches_of(rows: list[Identified]) -> list[list[Identified]]:
    """Cut into batches sorted as the writer sorts them."""
    parts = [rows[at : at + BATCH] for at in range(0, len(rows), BATCH)]
    return [sorted(part, key=lambda row: (row.reading.device, row.reading.time, row.identity)) for part in parts]


def make_table(connection: Connection, table: str, columns: str) -> None:
    connection.execute("DROP TABLE IF EXISTS pg_temp.incoming")
    connection.execute(f"DROP TABLE IF EXISTS {table}")
    primary = "PRIMARY KEY (device, time, identity)"
    connection.execute(f"CREATE TABLE {table} ({columns}, {primary}) PARTITION BY RANGE (time)")
    for name, first, end in (("past", "2026-03-09", "2026-03-10"), ("now", "2026-03-10", "2026-03-11")):
        connection.execute(
            f"CREATE TABLE {table}_{name} PARTITION OF {table} FOR VALUES FROM ('{first}Z') TO ('{end}Z')"
        )
    connection.execute(f"CREATE INDEX ON {table} (time)")


def timed(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def measure_writes(connection: Connection, batches: list[list[Identified]]) -> dict[str, tuple[float, float]]:
    """Return readings a second, and microseconds of the client's own time a reading, by way of writing."""
    count = sum(map(len, batches))
    seconds: dict[str, list[tuple[float, float]]] = {name: [] for name in WAYS}
    for _ in range(ROUNDS):
        for name, (table, columns, write) in WAYS.items():
            make_table(connection, table, columns)
            connection.execute("CHECKPOINT")
            used = time.process_time()
            took = timed(lambda write=write: write_all(connection, write, batches))  # type: ignore[misc]
            seconds[name].append((took, time.process_time() - used))
    return {
        name: (count / median(wall for wall, _ in runs), median(own for _, own in runs) / count * 1e6)
        for name, runs in seconds.items()
    }


def write_all(connection: Connection, write: Write, batches: list[list[Identified]]) -> None:
    for batch in batches:
        with connection.transaction():
            if write(connection, batch) != len(batch):
                raise RuntimeError("the trial's own readings are not unique")


def bytes_per_reading(connection: Connection, table: str, count: int) -> tuple[float, float]:
    row = connection.execute(f"SELECT pg_table_size('{table}_now'), pg_indexes_size('{table}_now')").fetchone()
    assert row is not None  # noqa: S101 - the query has one row
    return row[0] / count, row[1] / count


def jsonb_queries(device: str) -> dict[str, str]:
    columns, newest = "time, device, identity, metrics", "time DESC, device DESC, identity DESC"
    key = f"device = '{device}'"
    return {
        "one device, 200 newest": f"SELECT {columns} FROM trial_jsonb WHERE {key} ORDER BY {newest} LIMIT 200",
        "one device, 200 with a metric": f"SELECT {columns} FROM trial_jsonb WHERE {key} "
        f"AND jsonb_exists_any(metrics, '{{humidity}}') ORDER BY {newest} LIMIT 200",
        "all devices, 200 newest": f"SELECT {columns} FROM trial_jsonb ORDER BY {newest} LIMIT 200",
        "one device, digest": f"SELECT count(*), {DIGEST} FROM trial_jsonb WHERE {key}",
        "all devices, digest": f"SELECT count(*), {DIGEST} FROM trial_jsonb WHERE NOT starts_with(device, '_')",
    }


def shapes_queries(device: str) -> dict[str, str]:
    columns, newest = "time, device, identity, shape, numbers, texts", "time DESC, device DESC, identity DESC"
    key = f"device = {DEVICES[device]}"
    shapes = [number for names, number in SHAPES_BY_NAMES.items() if "humidity" in names]
    return {
        "one device, 200 newest": f"SELECT {columns} FROM trial_shapes WHERE {key} ORDER BY {newest} LIMIT 200",
        "one device, 200 with a metric": f"SELECT {columns} FROM trial_shapes WHERE {key} "
        f"AND shape = ANY (ARRAY{shapes}) ORDER BY {newest} LIMIT 200",
        "all devices, 200 newest": f"SELECT {columns} FROM trial_shapes ORDER BY {newest} LIMIT 200",
        "one device, digest": f"SELECT count(*), {DIGEST} FROM trial_shapes WHERE {key}",
        "all devices, digest": f"SELECT count(*), {DIGEST} FROM trial_shapes WHERE device >= 0",
    }


def measure_queries(connection: Connection, queries: Callable[[str], dict[str, str]]) -> dict[str, float]:
    """Return milliseconds a query, the client's decoding included, as the median over devices."""
    found: dict[str, list[float]] = {}
    for device in sorted(DEVICES)[:QUERIES]:
        for name, statement in queries(device).items():
            cursor = connection.cursor(binary=True)
            found.setdefault(name, []).append(
                timed(lambda: cursor.execute(statement).fetchall()) * 1e3  # noqa: B023 - called at once
            )
    return {name: median(runs) for name, runs in found.items()}


def latest_by_metric(connection: Connection, rows: Rows) -> None:
    newest = {(row.reading.device, name): (row, value) for row in rows for name, value in row.reading.metrics.items()}
    keys = sorted(newest)
    origins = [newest[key][0] for key in keys]
    columns = (
        texts([device for device, _ in keys]),
        texts([name for _, name in keys]),
        times([row.reading.time for row in origins]),
        uuids([row.identity for row in origins]),
        jsonbs([encode(newest[key][1]) for key in keys]),
    )
    connection.execute(INTO_LATEST_BY_METRIC, columns)


def measure_latest(connection: Connection, batches: list[list[Identified]]) -> tuple[list[float], list[float]]:
    """Return milliseconds a batch, and a read of one device's values, by metric and by device."""
    connection.execute("DROP TABLE IF EXISTS latest_by_metric; TRUNCATE latest")
    connection.execute(LATEST_BY_METRIC)
    ways: list[Callable[[Connection, Rows], None]] = [latest_by_metric, store_latest]
    writes: list[list[float]] = [[], []]
    for batch in batches:
        for way, found in zip(ways, writes, strict=True):
            found.append(timed(lambda way=way, batch=batch: way(connection, batch)) * 1e3)  # type: ignore[misc]
    device = batches[0][0].reading.device
    reads = [
        median(timed(lambda: connection.execute(statement, [device]).fetchall()) * 1e3 for _ in range(QUERIES * 4))  # noqa: B023 - called at once
        for statement in ("SELECT * FROM latest_by_metric WHERE device = %s", "SELECT * FROM latest WHERE device = %s")
    ]
    return [median(found) for found in writes], reads


@contextmanager
def scratch_server() -> Iterator[str]:
    """Run a PostgreSQL like a platform's until the block ends, and yield its address."""
    with tempfile.TemporaryDirectory(prefix="schema-trial-") as directory:
        port = take_port()
        server = postgres.describe(Path(directory) / "postgres", port=port, password=secrets.token_hex(8))
        server.prepare()
        with subprocess.Popen(launch_argv(None), stdin=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
            try:
                hand_over(process, server.program.encode())
                while not server.is_ready():
                    time.sleep(0.1)
                yield server.address
            finally:
                process.send_signal(signal.SIGINT)


def hand_over(process: subprocess.Popen[bytes], description: bytes) -> None:
    if process.stdin:
        process.stdin.write(description)
        process.stdin.close()


def report(connection: Connection, batches: list[list[Identified]], console: Console) -> None:
    count = sum(map(len, batches))
    writes = measure_writes(connection, batches)
    table = Table("way", "readings/s", "client µs/reading", title=f"Writing {count} readings in batches of {BATCH}")
    for name, (rate, own) in writes.items():
        table.add_row(name, f"{rate:,.0f}", f"{own:.2f}")
    console.print(table)
    for name in ("trial_jsonb", "trial_shapes"):
        connection.execute(f"VACUUM ANALYZE {name}")
    sizes = {name: bytes_per_reading(connection, name, count) for name in ("trial_jsonb", "trial_shapes")}
    found = (measure_queries(connection, jsonb_queries), measure_queries(connection, shapes_queries))
    table = Table("", "jsonb", "shapes", title="Bytes a reading, milliseconds a query")
    for index, part in enumerate(("heap, bytes", "indexes, bytes")):
        table.add_row(part, *(f"{size[index]:.0f}" for size in sizes.values()))
    for name in found[0]:
        table.add_row(name, *(f"{queries[name]:.2f}" for queries in found))
    console.print(table)


def report_latest(connection: Connection, count: int, console: Console) -> None:
    table = Table(
        "devices", "write by metric", "by device", "read by metric", "by device", title="latest, milliseconds"
    )
    for devices in (100, 1_000, 10_000):
        writes, reads = measure_latest(connection, batches_of(make_readings(count, devices)))
        table.add_row(f"{devices:,}", *(f"{value:.2f}" for value in (*writes, *reads)))
    console.print(table)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--readings", type=int, default=300_000)
    parser.add_argument("--devices", type=int, default=1_000)
    parser.add_argument("--url", help="an empty database to use, instead of a server of the trial's own")
    arguments = parser.parse_args()
    with scratch_server() if not arguments.url else nullcontext(arguments.url) as url:
        migrate(url)
        with psycopg.connect(url, autocommit=True) as connection:
            set_json_loads(msgspec.json.decode, connection)  # as the reader decodes, not as psycopg does
            console = Console()
            report(connection, batches_of(make_readings(arguments.readings, arguments.devices)), console)
            report_latest(connection, min(arguments.readings, 100_000), console)


if __name__ == "__main__":
    main()
