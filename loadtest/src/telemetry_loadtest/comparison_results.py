"""What a comparison came to, as one JSON document: its plan, a record of every cell, and what is to be thought of them.

Written by `telemetryctl compare` and by the operator, read by reports and programs of others. The plan's structs and
`cells_of` are in `comparison_plan`, `record_of` (a run's result to a cell's record) in `comparison_records`, `assess`
(plan and records to the whole) in `comparison_judging`. Latencies are milliseconds, rates requests a second, ratios
first over second. `None` is what was not, or may not be, measured; an interval without an end has None there.
"""

from enum import StrEnum
from typing import Final, Literal

import msgspec

from telemetry_loadtest.comparison_plan import Acknowledgement, ComparisonPlan, Metric, PlannedCell, cells_of
from telemetry_loadtest.results import Machine, Verdict

FORMAT: Final = "telemetry.dev/comparison-result/v1"


class Latency(msgspec.Struct, frozen=True):
    """One endpoint's good answers behind the warm-up, from the intended start; milliseconds."""

    p50: float | None
    p95: float | None
    p99: float | None


class Cost(msgspec.Struct, frozen=True):
    """What the platform took behind the warm-up, backing services included, the generator not.

    `memory_bytes` and `instances` (processes or pods) are means over that time. Per 1,000 good requests: processor
    seconds, MiB held for a second, and instances held for a second. `unavailable` says why a figure is missing.
    """

    cpu_seconds: float | None
    memory_bytes: float | None
    instances: float | None
    cpu_per_thousand: float | None
    memory_per_thousand: float | None
    instances_per_thousand: float | None
    unavailable: str | None = None


class CellRecord(msgspec.Struct, frozen=True, kw_only=True):
    """One cell that was run, or was tried. `value` is the primary metric's, None with `reason`.

    `run` names the run's own result, None where none was written. `lag` is the records not stored yet when the last
    answer came, `drain_seconds` how long after it all was stored. `latencies` are by endpoint, and of `all` together.
    `images` are what the cell's pods ran, by component.
    """

    variant: str
    profile: str
    block: int
    verdict: Verdict
    reason: str
    value: float | None
    acknowledged_as: Acknowledgement
    run: str | None = None
    began: str | None = None
    ended: str | None = None
    offered: float | None = None
    achieved: float | None = None
    good: float | None = None
    latencies: dict[str, Latency] = {}
    freshness_p99: float | None = None
    lag: float | None = None
    drain_seconds: float | None = None
    ceiling_low: float | None = None
    ceiling_high: float | None = None
    cost: Cost | None = None
    images: dict[str, list[str]] = {}

    @property
    def name(self) -> str:
        """The planned cell's name."""
        return f"b{self.block:02}-{self.profile}-{self.variant}"


class Outcome(StrEnum):
    """What is said of a profile."""

    WINNER = "winner"
    NO_DIFFERENCE = "no difference shown"
    INSUFFICIENT = "insufficient data"


class Standing(msgspec.Struct, frozen=True):
    """A variant's geometric mean over the blocks that count, with an interval of its own (None: too few blocks)."""

    variant: str
    center: float
    low: float | None
    high: float | None


class RankedGroup(msgspec.Struct, frozen=True):
    """Variants that may be ranked against one another, the best mean first; `acknowledged_as` sets groups apart.

    `doubt` says why a win was taken back: the same architecture, run twice, differed as much.
    """

    acknowledged_as: str | None
    standings: list[Standing]
    outcome: Outcome
    winner: str | None
    doubt: str = ""


class PairEffect(msgspec.Struct, frozen=True):
    """First over second, with an interval that holds for all pairs of the profile together, and p adjusted for them."""

    first: str
    second: str
    ratio: float
    low: float | None
    high: float | None
    p: float
    differs: bool

    @property
    def turned(self) -> "PairEffect":
        """The second over the first."""
        low, high = (1 / end if end else None for end in (self.high, self.low))
        return PairEffect(self.second, self.first, 1 / self.ratio, low, high, self.p, self.differs)


class ProfileJudgement(msgspec.Struct, frozen=True):
    """One profile. `blocks` are those in which every variant that is judged has its number; `left_out` says why not."""

    profile: str
    metric: Metric
    blocks: int
    needed: int
    groups: list[RankedGroup]
    effects: list[PairEffect]
    left_out: dict[str, str]


class Noise(msgspec.Struct, frozen=True):
    """What comparing a variant with itself showed, `repeat` over `variant`.

    `cell` is the standard deviation of one cell's log value within a block. `sound` is False where the two differ: then
    no difference of that profile is to be believed; None where the blocks are too few to know.
    """

    variant: str
    repeat: str
    profile: str
    blocks: int
    cell: float
    ratio: float
    low: float | None
    high: float | None
    sound: bool | None


class Sentence(msgspec.Struct, frozen=True):
    """Words that say no more than the rows they cite: `profile/variant` of the table."""

    text: str
    cites: list[str]


class ComparisonProvenance(msgspec.Struct, frozen=True, kw_only=True):
    """How to have it again. Times are RFC 3339 in UTC; `images` are digests by component, `limits` the quota's.

    `machine` is None where the cells ran in a cluster, of which `nodes` says how many nodes it had.
    """

    run: str
    name: str
    began: str
    ended: str
    place: Literal["machine", "cluster"]
    command: list[str]
    manifest: str
    versions: dict[str, str]
    machine: Machine | None = None
    nodes: int | None = None
    images: dict[str, str] = {}
    limits: dict[str, str] = {}


class Comparison(msgspec.Struct, frozen=True, kw_only=True):
    """The whole. `notes` are what a reader must know; `caveats` what it does not show."""

    format: str = FORMAT
    provenance: ComparisonProvenance
    plan: ComparisonPlan
    records: list[CellRecord]
    judgements: list[ProfileJudgement]
    noise: list[Noise]
    recommendation: list[Sentence]
    caveats: list[str]
    notes: list[str] = []


def remaining_cells(plan: ComparisonPlan, records: list[CellRecord]) -> list[PlannedCell]:
    """Return the cells that are still to run, in their order; one that was Aborted is to be run again."""
    done = {one.name for one in records if one.verdict is not Verdict.ABORTED}
    return [cell for cell in cells_of(plan) if cell.name not in done]


class NotAComparisonError(ValueError):
    """The text is no comparison, or one of a release that wrote them otherwise."""


def encode_comparison(comparison: Comparison) -> bytes:
    return msgspec.json.format(msgspec.json.encode(comparison), indent=1) + b"\n"


def decode_comparison(text: bytes) -> Comparison:
    """Return a comparison.

    Raises:
        NotAComparisonError: it is none, or its format is another.
    """
    try:
        found = msgspec.json.decode(text, type=_Header).format
        if found != FORMAT:
            raise NotAComparisonError(f"the format is {found!r}, this release reads {FORMAT!r}")
        return msgspec.json.decode(text, type=Comparison)
    except msgspec.MsgspecError as error:
        raise NotAComparisonError(f"no comparison: {error}") from None


class _Header(msgspec.Struct):
    format: str
