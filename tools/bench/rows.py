"""What is measured: the rows of the table, and the limits beside them. Names are stable; see docs/performance.md."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Kind(StrEnum):
    """How a row is driven."""

    POST = "post"
    GET = "get"
    DRAIN = "drain"


class Limit(StrEnum):
    """What the stack does without the rest of a path."""

    EMPTY_APP = "empty-app"
    PLAIN_PRODUCE = "plain-produce"
    PRODUCE = "produce"
    PRODUCE_100 = "produce-100"
    UNNEST_GROUPS = "unnest-groups"
    REDIS = "redis-pipelined"
    SELECT = "select"
    COPY_INDEXED = "copy-indexed"
    COPY_BARE = "copy-bare"
    UNNEST = "unnest"


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One row of the table.

    `goal` is a share of the first of its limits, the reference. `readings` are those of one request, or of one record
    of the backlog; `unit` is what is counted. A row that waits is measured at each of its `connections`.
    """

    name: str
    work: str
    kind: Kind
    presets: tuple[str, ...]
    stands_for: str
    unit: str
    goal: float
    limits: tuple[Limit, ...]
    connections: tuple[int, ...] = ()
    readings: int = 1
    devices: int = 1000
    expected: int = 200

    @property
    def reference(self) -> Limit:
        return self.limits[0]


CONNECTIONS: Final = (16, 64, 256)
QUEUED: Final = 202
POST_PATH: Final = "/api/v1/devices/{device}/readings"

ROWS: Final = (
    Row(
        name="post-one-queued",
        work="POST one reading, acknowledged by the broker",
        kind=Kind.POST,
        presets=("kafka", "stream-postgres"),
        stands_for="kafka and stream-redis (limits shared through Redis), stream-postgres and stream-memory (not)",
        unit="requests/s",
        goal=0.32,
        limits=(Limit.EMPTY_APP, Limit.PLAIN_PRODUCE, Limit.PRODUCE),
        connections=CONNECTIONS,
        expected=QUEUED,
    ),
    Row(
        name="post-one-stored",
        work="POST one reading, committed in PostgreSQL",
        kind=Kind.POST,
        presets=("baseline", "redis"),
        stands_for="baseline and scale (limits not shared), redis (through Redis)",
        unit="requests/s",
        goal=0.12,
        limits=(Limit.EMPTY_APP, Limit.UNNEST_GROUPS),
        connections=CONNECTIONS,
    ),
    Row(
        name="batch-queued",
        work="POST 100 readings of one device, acknowledged by the broker",
        kind=Kind.POST,
        presets=("kafka",),
        stands_for="every preset that writes to Kafka",
        unit="requests/s",
        goal=0.048,
        limits=(Limit.EMPTY_APP, Limit.PRODUCE_100),
        connections=(4, 16, 64),
        readings=100,
        expected=QUEUED,
    ),
    Row(
        name="latest-redis",
        work="GET latest through Redis",
        kind=Kind.GET,
        presets=("redis",),
        stands_for="every preset that reads through Redis",
        unit="requests/s",
        goal=0.40,
        limits=(Limit.EMPTY_APP, Limit.REDIS),
        connections=CONNECTIONS,
        devices=100,
    ),
    Row(
        name="latest-postgres",
        work="GET latest from PostgreSQL",
        kind=Kind.GET,
        presets=("baseline",),
        stands_for="every preset that reads PostgreSQL directly",
        unit="requests/s",
        goal=0.10,
        limits=(Limit.EMPTY_APP, Limit.SELECT),
        connections=CONNECTIONS,
    ),
    Row(
        name="consumer",
        work="consumer to PostgreSQL, deduplicated, indexed; records of 100 readings",
        kind=Kind.DRAIN,
        presets=("kafka",),
        stands_for="every preset that writes to Kafka and stores in PostgreSQL",
        unit="rows/s",
        goal=0.43,
        limits=(Limit.COPY_INDEXED, Limit.COPY_BARE, Limit.UNNEST),
        readings=100,
    ),
    Row(
        name="consumer-singles",
        work="the same, a record for each reading",
        kind=Kind.DRAIN,
        presets=("kafka",),
        stands_for="every preset that writes to Kafka and stores in PostgreSQL",
        unit="rows/s",
        goal=0.43,
        limits=(Limit.COPY_INDEXED, Limit.COPY_BARE, Limit.UNNEST),
    ),
)

LIMIT_WORK: Final = {
    Limit.EMPTY_APP: "an ASGI app that does nothing, served with our settings (requests/s)",
    Limit.PLAIN_PRODUCE: "plain ASGI: one body decoded, one record, its acknowledgement awaited (requests/s)",
    Limit.PRODUCE: "records of one reading to Kafka as the publisher sends them, 256 outstanding, no HTTP (records/s)",
    Limit.PRODUCE_100: "the same with 100 readings a record, 64 outstanding (records/s)",
    Limit.UNNEST_GROUPS: "groups of 256 readings with counts and latest, one connection, no HTTP (rows/s)",
    Limit.REDIS: "GETs of 200 bytes, 128 in a pipeline, no HTTP (keys/s)",
    Limit.SELECT: "one device's row of latest after another, prepared, one connection, no HTTP (queries/s)",
    Limit.COPY_INDEXED: "binary COPY into an equal table with all its indexes, batches as the consumer's (rows/s)",
    Limit.COPY_BARE: "the same into a table without indexes (rows/s)",
    Limit.UNNEST: "INSERT from unnest into the indexed table, duplicates left out; no counts, no latest (rows/s)",
}


def choose_rows(wanted: str) -> tuple[Row, ...]:
    """Return the rows of a list of names by commas, all of them where it is empty.

    Raises:
        ValueError: there is no row of a name.
    """
    names = [name.strip() for name in wanted.split(",") if name.strip()]
    known = {row.name: row for row in ROWS}
    if unknown := [name for name in names if name not in known]:
        raise ValueError(f"there is no row {', '.join(unknown)}; there are {', '.join(known)}")
    return tuple(row for row in ROWS if not names or row.name in names)
