"""What a measuring process is told on its standard input, and what it answers: one struct a kind of measurement."""

from typing import TypeAlias

import msgspec


class Timing(msgspec.Struct, frozen=True):
    """Seconds that do not count, and seconds that do."""

    warm: float
    seconds: float


class Plan(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """Any measurement. `watch` names processes whose processor time is of interest, by their number."""

    timing: Timing
    watch: dict[str, int] = {}


class Http(Plan, frozen=True, kw_only=True):
    """Requests over `connections`, each of which sends its next when it has the answer to the one before.

    `credentials` are by device, or one for all. `batch` is the number of readings in a body, 0 for a GET.
    """

    port: int
    path: str
    devices: list[str]
    credentials: list[str]
    connections: int
    expected: int
    batch: int = 0


class Produce(Plan, frozen=True, kw_only=True):
    """Records to Kafka as the publisher sends them, `outstanding` of them unacknowledged."""

    bootstrap: str
    topic: str
    devices: list[str]
    readings: int
    outstanding: int


class Backlog(Plan, frozen=True, kw_only=True):
    """A number of `records` to Kafka, as fast as it goes; the timing is of no matter."""

    bootstrap: str
    topic: str
    devices: list[str]
    readings: int
    records: int


class Groups(Plan, frozen=True, kw_only=True):
    """Groups of readings, one a device, committed one after another over one connection as the direct writer does."""

    url: str
    devices: list[str]
    group: int


class Rows(Plan, frozen=True, kw_only=True):
    """A number of `rows` into `table`, in transactions of `batch`; `way` is copy or unnest. It has no fixed time."""

    url: str
    table: str
    way: str
    devices: list[str]
    rows: int
    batch: int


class Select(Plan, frozen=True, kw_only=True):
    """Newest values of one device after another, over one connection."""

    url: str
    devices: list[str]


class Pipeline(Plan, frozen=True, kw_only=True):
    """GETs of entries in Redis, `depth` of them in a pipeline."""

    url: str
    keys: int
    entry_bytes: int
    depth: int


AnyPlan: TypeAlias = Http | Produce | Backlog | Groups | Rows | Select | Pipeline


class Measured(msgspec.Struct, frozen=True, kw_only=True):
    """What was done in how many seconds.

    `wrong` counts answers that were not the expected one, by status or fault; they are not in `count`. `cpu` is the
    share of one core that each watched process used, latencies are in milliseconds.
    """

    count: int
    seconds: float
    wrong: dict[str, int] = {}
    cpu: dict[str, float] = {}
    p50: float | None = None
    p99: float | None = None

    @property
    def rate(self) -> float:
        return self.count / self.seconds if self.seconds else 0.0
