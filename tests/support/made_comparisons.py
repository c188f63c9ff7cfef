"""Comparisons that never ran: records made from a seed, judged by the judge itself."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import msgspec
import numpy as np

from telemetry_loadtest.comparison_judging import assess
from telemetry_loadtest.comparison_plan import ComparisonPlan, PlannedCell, Primary, PrimaryKind, Variant, cells_of
from telemetry_loadtest.comparison_planning import Extent, plan_comparison
from telemetry_loadtest.comparison_results import CellRecord, Comparison, ComparisonProvenance, Cost, Latency
from telemetry_loadtest.results import Machine, Verdict

CEILING = Primary(PrimaryKind.CEILING, "searched", freshness_bounded=True)
P95_OF_WRITES = Primary(PrimaryKind.P95, "at 100 requests a second", "ingest")
PROFILES = ("read-heavy", "write-heavy", "mixed")


@dataclass(frozen=True)
class Made:
    """What the made comparison is like: each variant's number, the noise of a cell, and what differs by profile."""

    numbers: Mapping[str, float]
    blocks: int = 8
    primary: Primary = CEILING
    profiles: Sequence[str] = ("mixed",)
    queued: Sequence[str] = ()
    repeats: Mapping[str, str] = field(default_factory=dict)
    by_profile: Mapping[str, float] = field(default_factory=dict)
    noise: float = 0.02
    seed: int = 1


def made_plan(made: Made) -> ComparisonPlan:
    variants = [_variant(name, made) for name in made.numbers]
    return plan_comparison("evening", variants, made.profiles, made.primary, Extent(made.blocks, 60.0, made.seed))


def _variant(name: str, made: Made) -> Variant:
    choices = {"writes": "kafka" if name in made.queued else "direct", "store": "postgres", "reads": "direct"}
    return Variant(name, name, name, choices | {"scaling": "fixed"}, made.repeats.get(name))


def made_records(made: Made) -> list[CellRecord]:
    """Return a record of each cell; blocks differ by a third, the cells of one by the noise."""
    draw, plan = np.random.default_rng(made.seed), made_plan(made)
    levels = np.exp(draw.normal(0, 0.3, made.blocks + 1))
    return [
        _record(cell, made, float(levels[cell.block] * np.exp(draw.normal(0, made.noise)))) for cell in cells_of(plan)
    ]


def _record(cell: PlannedCell, made: Made, level: float) -> CellRecord:
    number = made.numbers[cell.variant] * made.by_profile.get(f"{cell.profile}/{cell.variant}", 1.0)
    cost = Cost(20.0, 3e8, 5.0, 800 / number, 90_000 / number, 1_500 / number)
    return CellRecord(
        variant=cell.variant, profile=cell.profile, block=cell.block, verdict=Verdict.PASSED,
        reason="every bound held, and the books close", value=number * level,
        acknowledged_as="queued" if cell.variant in made.queued else "stored", run=f"run-{cell.place:03}",
        began=f"2026-01-31T12:{cell.place % 60:02}:00Z", ended=f"2026-01-31T12:{cell.place % 60:02}:50Z",
        offered=100.0, achieved=100.0, good=99.5, freshness_p99=40.0 * level, lag=3.0, drain_seconds=0.4,
        latencies={name: Latency(4.0 * level, 11.0 * level, 24.0 * level) for name in ("ingest", "latest", "all")},
        ceiling_low=number * level, ceiling_high=number * level * 1.05, cost=cost,
    )  # fmt: skip


def made_comparison(made: Made, *, failing: Mapping[str, str] | None = None) -> Comparison:
    """Return a whole comparison; `failing` names cells, by name, that were Invalid for a reason."""
    records = [_failed(one, (failing or {}).get(one.name)) for one in made_records(made)]
    return assess(made_plan(made), records, made_provenance())


def _failed(record: CellRecord, reason: str | None) -> CellRecord:
    if reason is None:
        return record
    return msgspec.structs.replace(record, verdict=Verdict.INVALID, value=None, reason=f"Invalid: {reason}")


def made_provenance() -> ComparisonProvenance:
    return ComparisonProvenance(
        run="evening-20260131-120000-ab12",
        name="evening",
        began="2026-01-31T12:00:00Z",
        ended="2026-01-31T14:11:00Z",
        place="machine",
        command=["telemetryctl", "compare", "examples/comparison.yaml"],
        manifest="kind: ArchitectureComparison\nmetadata: {name: evening}  # a <b>comment</b>\n",
        versions={"telemetry-operator": "0.1.0", "python": "3.11.7"},
        machine=Machine("Linux 6.1", "a processor", 2, 25_769_803_776, 0.12, shared=True),
    )


def seven(seed: int = 1) -> Made:
    """The seven presets as on one machine, where `scale` is `baseline`, and two stream presets are one."""
    numbers = {
        "baseline": 410.0, "scale": 410.0, "redis": 530.0, "kafka": 455.0, "stream-memory": 520.0,
        "stream-postgres": 440.0, "stream-redis": 455.0,
    }  # fmt: skip
    return Made(
        numbers,
        profiles=PROFILES,
        queued=("kafka", "stream-memory", "stream-postgres", "stream-redis"),
        repeats={"scale": "baseline", "stream-redis": "kafka"},
        by_profile={"write-heavy/stream-memory": 1.5, "write-heavy/redis": 0.8, "mixed/stream-memory": 1.02},
        seed=seed,
    )
