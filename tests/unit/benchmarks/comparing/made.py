"""Comparisons that are kept, with records that no run was made for."""

from telemetry_loadtest.comparison_plan import PlannedCell
from telemetry_loadtest.comparison_results import CellRecord
from telemetry_loadtest.results import Verdict
from telemetry_operator.benchmarks.comparing.kept import Kept, begin
from telemetry_operator.benchmarks.comparing.resuming import Wanted
from tests.unit.specs.test_comparison import TWO, parse

SHORT = f"{TWO}, profiles: [mixed], blocks: 2, search: {{step: 1s}}"


def wanted(spec: str = SHORT) -> Wanted:
    return Wanted.of(parse(spec), spec)


def begun(spec: str = SHORT) -> Kept:
    return begin(wanted(spec).begun())


def record_of(cell: PlannedCell, value: float | None = 1.0, verdict: Verdict = Verdict.PASSED) -> CellRecord:
    return CellRecord(
        variant=cell.variant,
        profile=cell.profile,
        block=cell.block,
        verdict=verdict,
        reason="as told",
        value=value,
        acknowledged_as="stored",
    )
