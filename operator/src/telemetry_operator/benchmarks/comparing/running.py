"""A comparison from its first cell, or from where it was ended, to its end: each cell's record is kept as it comes."""

import sys
from enum import Enum
from time import monotonic
from typing import Protocol

from telemetry_loadtest.comparison_plan import PlannedCell
from telemetry_loadtest.comparison_results import CellRecord, ComparisonProvenance
from telemetry_operator.benchmarks.comparing.cell import Audience, Job, StoppedError, run_cell
from telemetry_operator.benchmarks.provenance import now


class Ending(Enum):
    """Why no further cell was run."""

    FINISHED = "every cell was run"
    STOPPED = "somebody ended it"
    DEADLINE = "its deadline has passed"
    HOPELESS = "not one cell of a whole block has a number"


class Spectator(Audience, Protocol):
    """Whoever is told how a comparison goes."""

    def began(self, cell: PlannedCell) -> None: ...

    def ended(self, record: CellRecord) -> None: ...


def run_cells(job: Job, spectator: Spectator) -> Ending:
    """Run the cells that are left, for as long as nothing ends it."""
    begin, deadline = monotonic(), job.comparison.spec.deadline
    try:
        for cell in job.kept.remaining():
            if deadline is not None and monotonic() - begin >= deadline.seconds:
                return Ending.DEADLINE
            spectator.began(cell)
            record = run_cell(job, cell, spectator)
            job.kept.keep(record)
            spectator.ended(record)
            if _is_hopeless(job, record):
                return Ending.HOPELESS
    except (StoppedError, KeyboardInterrupt):
        return Ending.STOPPED
    return Ending.FINISHED


def _is_hopeless(job: Job, last: CellRecord) -> bool:
    """Whether the block of this record is over, and none of its cells has a number: nor will those of others."""
    mine = [record for record in job.kept.records() if record.block == last.block]
    plan = job.kept.begun.plan
    return len(mine) == len(plan.variants) * len(plan.profiles) and all(record.value is None for record in mine)


def provenance_of(job: Job) -> ComparisonProvenance:
    begun = job.kept.begun
    return ComparisonProvenance(
        run=begun.run,
        name=begun.plan.name,
        began=begun.began,
        ended=now(),
        place="machine",
        command=["telemetryctl", *sys.argv[1:]],
        manifest=begun.manifest,
        versions=begun.versions,
        machine=begun.machine,
    )
