"""What a comparison is to be, declared before it runs: variants, profiles, blocks, and the number that decides.

Written into the comparison's JSON (`comparison_results`), built and refused by `comparison_planning`. Nothing here
needs numpy, so that a command line and an operator may read it for nothing.
"""

import hashlib
from enum import StrEnum
from typing import Final, Literal, TypeAlias

import msgspec

from telemetry_loadtest.profiles import Endpoint

Acknowledgement: TypeAlias = Literal["stored", "queued"]
ALL: Final = "all"  # endpoints together, where one's name could stand


class Metric(msgspec.Struct, frozen=True):
    """The number that decides. `of_acknowledgement`: it counts until a write is acknowledged, whatever that means."""

    name: str
    unit: str
    more_is_better: bool
    of_acknowledgement: bool


class PrimaryKind(StrEnum):
    """What the number is; latencies and freshness are at the rate that the load offers."""

    CEILING = "ceiling"  # the highest rate that held its SLO
    P50 = "p50"
    P95 = "p95"
    P99 = "p99"
    FRESHNESS = "freshness"  # p99 of accepted until readable


class Primary(msgspec.Struct, frozen=True):
    """Which number of a run decides, declared before the run.

    `endpoint` is the one whose latency it is, None all requests together. `freshness_bounded` says whether the SLO
    bounds freshness too: only then does a ceiling count more than acknowledgements. `load` states the load in words:
    "at 100 requests a second".
    """

    kind: PrimaryKind
    load: str
    endpoint: str | None = None
    freshness_bounded: bool = False

    @property
    def metric(self) -> Metric:
        """The number as it is judged."""
        if self.kind is PrimaryKind.CEILING:
            return Metric("ceiling", "requests/s", more_is_better=True, of_acknowledgement=not self.freshness_bounded)
        if self.kind is PrimaryKind.FRESHNESS:
            return Metric("freshness p99", "ms", more_is_better=False, of_acknowledgement=False)
        writes = self.endpoint is None or Endpoint(self.endpoint).writes
        return Metric(f"{self.endpoint or ALL} {self.kind}", "ms", more_is_better=False, of_acknowledgement=writes)


class Variant(msgspec.Struct, frozen=True):
    """One architecture of those compared, under a name of its own.

    `repeats` names the variant that this one is, where it runs: its cells show the noise floor and are ranked by
    nobody. On one machine an autoscaler adds nothing, so there `scale` repeats `baseline`.
    """

    name: str
    label: str
    preset: str | None
    choices: dict[str, str]
    repeats: str | None = None

    @property
    def acknowledges(self) -> Acknowledgement:
        """What a 2xx of it means."""
        return "queued" if self.choices.get("writes") == "kafka" else "stored"


class PlannedCell(msgspec.Struct, frozen=True):
    """One run to be made: its place in the order from 1 on, and the seed that all cells of its block share."""

    variant: str
    profile: str
    block: int
    place: int
    seed: int

    @property
    def name(self) -> str:
        """Unique in its comparison, and fit for a file or an object in a cluster: `b02-mixed-stream-redis`."""
        return f"b{self.block:02}-{self.profile}-{self.variant}"


class ComparisonPlan(msgspec.Struct, frozen=True, kw_only=True):
    """The whole. Blocks count from 1; `cell_seconds` is how long one cell is expected to take, start and end included.

    `blocks_needed` is how many blocks a win takes at the least: with fewer the answer is "insufficient data", whatever
    is measured. `alpha` is how often at most a difference is shown in a profile where there is none.
    """

    name: str
    seed: int
    variants: list[Variant]
    profiles: list[str]
    blocks: int
    blocks_needed: int
    primary: Primary
    cell_seconds: float
    alpha: float = 0.05

    @property
    def expected_seconds(self) -> float:
        return self.cell_seconds * len(self.variants) * len(self.profiles) * self.blocks

    def variant(self, name: str) -> Variant:
        """Raise KeyError where there is none of this name."""
        found = {one.name: one for one in self.variants}
        return found[name]


def cells_of(plan: ComparisonPlan) -> list[PlannedCell]:
    """Return all cells in the order in which they are to run.

    Block after block; in each the profiles in an order of its own, and in each profile the variants: what is compared
    stands close together, and none is always first. The order follows from the seed alone, on any machine.
    """
    ordered = [
        (variant.name, profile, block)
        for block in range(1, plan.blocks + 1)
        for profile in sorted(plan.profiles, key=lambda one: _draw(plan.seed, block, one))
        for variant in sorted(plan.variants, key=lambda one: _draw(plan.seed, block, profile, one.name))
    ]
    return [PlannedCell(*cell, place, seed_of(plan, cell[2])) for place, cell in enumerate(ordered, 1)]


def seed_of(plan: ComparisonPlan, block: int) -> int:
    """Return the seed of a block's arrivals, the same for all its cells: chance is none of their differences."""
    return int(_draw(plan.seed, block, "arrivals")[:8], 16) % (1 << 31)


def _draw(*what: object) -> str:
    """Return 64 hexadecimal digits that follow from the arguments and look like chance."""
    return hashlib.sha256("\0".join(map(str, what)).encode()).hexdigest()
