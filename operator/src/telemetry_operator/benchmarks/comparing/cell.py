"""One cell: its platform brought up, loaded and taken away, and what came of it as a record."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from telemetry_loadtest.comparison_plan import PlannedCell
from telemetry_loadtest.comparison_records import failed_record, record_of
from telemetry_loadtest.comparison_results import CellRecord
from telemetry_loadtest.measured import Line
from telemetry_loadtest.results import Result
from telemetry_loadtest.suites import Suite
from telemetry_operator.benchmarks.comparing.kept import Kept
from telemetry_operator.benchmarks.comparing.platforms import fresh_platform, platform_name
from telemetry_operator.benchmarks.provenance import now
from telemetry_operator.benchmarks.running import Asked, run_benchmark
from telemetry_operator.benchmarks.searching import search_ceiling
from telemetry_operator.benchmarks.target import find_target
from telemetry_operator.client.interrupt import run_to_end
from telemetry_operator.comparisons.cells import benchmark_of_cell, platform_of_cell
from telemetry_operator.errors import PlatformError
from telemetry_operator.specs.benchmark import TelemetryBenchmark
from telemetry_operator.specs.comparison import ArchitectureComparison


class Audience(Protocol):
    """Whoever is told how a cell goes. `step` may raise KeyboardInterrupt, where somebody asked for the end."""

    def step(self, text: str) -> None: ...

    def line(self, line: Line) -> None: ...


class StoppedError(Exception):
    """Somebody ended the run of a cell, which is therefore none."""


@dataclass(frozen=True, slots=True)
class Job:
    """A comparison that is being run."""

    comparison: ArchitectureComparison
    kept: Kept


def run_cell(job: Job, cell: PlannedCell, audience: Audience) -> CellRecord:
    """Run a cell; whatever keeps it from a number is the reason in its record.

    Raises:
        StoppedError: a signal ended its run.
        KeyboardInterrupt: a signal came beside it.
    """
    plan, began = job.kept.begun.plan, now()
    name = platform_name(job.kept.begun.token, cell)
    try:
        with fresh_platform(platform_of_cell(job.comparison, plan, cell, name), audience):
            result = _load(job, cell, benchmark_of_cell(job.comparison, cell, name), audience.line)
    except PlatformError as error:
        audience.step("taking note of the failure")  # not where an interrupt was the cause
        return failed_record(cell, plan, error.message, began=began, ended=now())
    job.kept.keep_result(cell.name, result)
    return record_of(result, cell, plan)


def _load(job: Job, cell: PlannedCell, benchmark: TelemetryBenchmark, on_line: Callable[[Line], None]) -> Result:
    stops: list[bool] = []
    asked = Asked(
        benchmark,
        job.kept.begun.manifest,
        find_target(benchmark.spec),
        measure_ceiling=_is_first_of_block(job, cell),
        on_stop=lambda: stops.append(True),
    )
    result = run_to_end(_run(asked, on_line))
    if stops:
        raise StoppedError
    return result


async def _run(asked: Asked, on_line: Callable[[Line], None]) -> Result:
    run = search_ceiling if asked.benchmark.spec.suite is Suite.CEILING else run_benchmark
    return await run(asked, on_line)


def _is_first_of_block(job: Job, cell: PlannedCell) -> bool:
    """The generator's own ceiling is measured once a block: it is the machine's, not the cell's."""
    plan = job.kept.begun.plan
    return (cell.place - 1) % (len(plan.variants) * len(plan.profiles)) == 0
