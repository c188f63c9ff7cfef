"""What a run came to, as one JSON document: what was asked, what was measured, and what is to be thought of it.

Written where a run ends, read by reports, comparisons and programs of others; the reader needs nothing of this package
but the histograms, which are HdrHistogram's own text (V2, compressed, base64). Times on the run's clock are seconds
since its first arrival was due (negative before), latencies are milliseconds, and a latency counts from the intended
start of its request. `None` is what was not, or may not be, measured.
"""

from collections.abc import Sequence
from enum import StrEnum
from typing import Final

import msgspec

FORMAT: Final = "telemetry.dev/benchmark-result/v1"
DRAINING: Final = "draining"  # in a stage's place, once nothing more is offered


class Verdict(StrEnum):
    """What a run shows of the platform: only `Passed` and `Failed` say anything of it."""

    PASSED = "Passed"
    FAILED = "Failed"
    ABORTED = "Aborted"  # somebody, or a deadline, ended it; what was measured stands
    INVALID = "Invalid"  # the generator was not able to measure it
    ERROR = "Error"


class Machine(msgspec.Struct, frozen=True):
    """Where the generator ran; `shared` where the platform ran on the same cores."""

    system: str
    processor: str
    cores: int
    memory_bytes: int
    load_before: float | None
    shared: bool


class Platform(msgspec.Struct, frozen=True):
    """Which platform was loaded: its preset (None: none of them), its four choices, and how many of each program."""

    name: str
    preset: str | None
    choices: dict[str, str]
    replicas: dict[str, int]


class Provenance(msgspec.Struct, frozen=True):
    """How to have the run again. `began` and `ended` are RFC 3339 in UTC; `manifest` is the text as it was given.

    `images` are what each component's pods ran, by the ids that the kubelets report; none on one machine.
    """

    run: str
    name: str
    began: str
    ended: str
    seed: int
    command: list[str]
    manifest: str
    versions: dict[str, str]
    machine: Machine
    platform: Platform
    images: dict[str, list[str]] = {}


class Stage(msgspec.Struct, frozen=True):
    """A part of the schedule, [begin, end) on the run's clock; rates in requests a second, at its ends.

    What falls into the warm-up is offered and counted, and judged by no bound.
    """

    name: str
    begin: float
    end: float
    rate_begin: float
    rate_end: float
    warm_up: bool = False


class EndpointSecond(msgspec.Struct, frozen=True):
    """One endpoint in one second; latencies are those of what was answered in it.

    `spread` holds pairs of a bucket and how many latencies fell into it; bucket k is [10**(k/10), 10**((k+1)/10)) µs.
    """

    good: int
    bad: int
    p50: float | None
    p95: float | None
    p99: float | None
    spread: list[tuple[int, int]]


class Second(msgspec.Struct, frozen=True):
    """One second of the whole run, [at, at + 1).

    `offered` is what was due in it, `started`, `good`, `bad` and `dropped` what happened in it, `in_flight` and
    `waiting` (due, and not yet taken up by the generator) what stood at its end. Summed up to any second
    offered = good + bad + dropped + in_flight + waiting; `conserved` says whether the counters agreed.
    """

    at: int
    stage: str
    offered: int
    started: int
    good: int
    bad: int
    dropped: int
    in_flight: int
    waiting: int
    conserved: bool
    endpoints: dict[str, EndpointSecond]


class Percentiles(msgspec.Struct, frozen=True):
    """A distribution in short, milliseconds."""

    mean: float
    p50: float
    p90: float
    p95: float
    p99: float
    p999: float
    max: float


class EndpointSummary(msgspec.Struct, frozen=True):
    """One endpoint in one stage. Percentiles are of good answers; None where there was none.

    `latency` counts from the intended start, `service` from when the request was written.
    """

    stage: str
    endpoint: str
    offered: int
    good: int
    bad: int
    dropped: int
    latency: Percentiles | None
    service: Percentiles | None


class StageSummary(msgspec.Struct, frozen=True):
    """A stage in requests a second; `good` is None where the books do not close: lost data has no throughput."""

    stage: str
    offered: float
    achieved: float
    good: float | None


class Measure(StrEnum):
    """From when a histogram's values count."""

    LATENCY = "latency"
    SERVICE = "service"


class StoredHistogram(msgspec.Struct, frozen=True):
    """µs of every answer of one kind; `status` is an HTTP status, or what stood in an answer's place."""

    stage: str
    endpoint: str
    status: str
    good: bool
    measure: Measure
    count: int
    encoded: str


class HealthSample(msgspec.Struct, frozen=True):
    """One worker in one second: share of a core, worst delays in milliseconds, connections that failed.

    `held_back` is for how many milliseconds its container's CPU limit let it do nothing; None where nobody can say.
    """

    at: int
    worker: int
    cpu: float
    loop_lag: float
    slip: float
    connection_errors: int
    in_flight: int
    held_back: float | None = None


class Generator(msgspec.Struct, frozen=True):
    """How the generator was. `ceiling` is what one worker alone got out of an empty server, requests a second.

    `faults` are the reasons for `Invalid`, none of a healthy generator.
    """

    workers: int
    lost_workers: int
    ceiling: float | None
    faults: list[str]
    samples: list[HealthSample]


class Bound(msgspec.Struct, frozen=True):
    """One bound of the SLO over everything behind the warm-up, and whether it held.

    `measure` is p50 to p99.9 (ms), errors or drops (share of what was offered), or freshness (ms); `value` is None
    where there were too few samples. `breached_at` is when it had been broken for as many windows as were allowed.
    """

    endpoint: str
    measure: str
    limit: float
    value: float | None
    samples: int
    held: bool
    breached_at: float | None = None


class Tally(msgspec.Struct, frozen=True):
    """So many readings, and the sum of their identities as 32 hexadecimal digits."""

    count: int
    digest: str


class Books(msgspec.Struct, frozen=True):
    """Acknowledged ⊆ stored ⊆ sent, compared at the end.

    `uncertain` were sent and never decided, `found` are those of them that are stored. `acknowledged_as` counts what
    acknowledgements meant: stored, queued, duplicate. `drain_seconds` is how long after the last answer all was seen.
    """

    sent: Tally
    acknowledged: Tally
    stored: Tally
    acknowledged_as: dict[str, int]
    uncertain: int
    found: int
    missing: int
    surplus: int
    drain_seconds: float
    closed: bool


def length_of(stage: Stage, seconds: Sequence[Second], until: float | None) -> float:
    """For how long a stage was offered, in a run of these seconds; `until` is when it was ended, if it was."""
    ran = max((one.at + 1.0 for one in seconds), default=0.0)
    return max(min(stage.end, ran if until is None else until) - stage.begin, 0.0)


class Freshness(msgspec.Struct, frozen=True):
    """How long accepted readings took to be readable, by sampled probes beside the load; milliseconds."""

    samples: int
    unseen: int
    p50: float | None
    p95: float | None
    p99: float | None
    max: float | None


class Agreement(msgspec.Struct, frozen=True):
    """One figure by the generator's books and by the platform's own metrics, over the judged part of the run.

    `measure` is `requests` (writes that were answered) or `under-way` (of those, in the mean: Little's law). They agree
    when they lie no further apart than `tolerance`; None where the platform's figure is not known throughout.
    """

    measure: str
    generator: float
    server: float | None
    tolerance: float
    agrees: bool | None


class Series(msgspec.Struct, frozen=True):
    """What one part of the system measured of itself, as pairs of time and value.

    `source` is a process or server, `measure` one of its figures, with its unit. `unavailable` says why there is none.
    """

    source: str
    measure: str
    unit: str
    points: list[tuple[float, float]]
    unavailable: str | None = None


class Event(msgspec.Struct, frozen=True):
    """Something that happened during the run: a replica came or went, a process began anew."""

    at: float
    text: str


class Arrived(msgspec.Struct, frozen=True):
    """A pod of the platform that was made and became ready during the run, on its clock.

    `breach` is when the first bound was broken, `crossing` when the component's autoscaler was first above what it aims
    at, as it was seen to be or acted upon it; None where it was not.
    """

    component: str
    pod: str
    made: float
    ready: float
    breach: float | None
    crossing: float | None


class CeilingStep(msgspec.Struct, frozen=True):
    """One rate that a search tried, and whether it held its SLO."""

    rate: float
    held: bool
    reason: str


class CeilingFound(msgspec.Struct, frozen=True):
    """The highest rate that held and the lowest that did not, requests a second; None where there was none."""

    low: float | None
    high: float | None
    steps: list[CeilingStep]


class Result(msgspec.Struct, frozen=True, kw_only=True):
    """The whole. `duration` is from the first arrival due to the last answer, seconds; `plan` is the engine's.

    `until` is when a run that was ended before its time offered no more; the stages are those of its plan.
    """

    format: str = FORMAT
    provenance: Provenance
    plan: dict[str, object]
    verdict: Verdict
    reason: str
    duration: float
    stages: list[Stage]
    seconds: list[Second]
    stage_summaries: list[StageSummary]
    summaries: list[EndpointSummary]
    histograms: list[StoredHistogram]
    generator: Generator
    bounds: list[Bound]
    books: Books | None
    freshness: Freshness | None = None
    ceiling: CeilingFound | None = None
    agreements: list[Agreement] = []
    system: list[Series] = []
    events: list[Event] = []
    arrived: list[Arrived] = []
    notes: list[str] = []
    until: float | None = None


class NotAResultError(ValueError):
    """The text is no result of a run, or one of a release that wrote them otherwise."""


def encode_result(result: Result) -> bytes:
    return msgspec.json.format(msgspec.json.encode(result), indent=1) + b"\n"


def decode_result(text: bytes) -> Result:
    """Return the result of a run.

    Raises:
        NotAResultError: it is none, or its format is another.
    """
    found = format_of(text)
    if found != FORMAT:
        raise NotAResultError(f"the format is {found!r}, this release reads {FORMAT!r}")
    try:
        return msgspec.json.decode(text, type=Result)
    except msgspec.MsgspecError as error:
        raise NotAResultError(f"no result of a run: {error}") from None


def format_of(text: bytes) -> str:
    """Return what a document says that it is.

    Raises:
        NotAResultError: it says nothing.
    """
    try:
        return msgspec.json.decode(text, type=_Header).format
    except msgspec.MsgspecError as error:
        raise NotAResultError(f"no result of a run: {error}") from None


class _Header(msgspec.Struct):
    format: str
