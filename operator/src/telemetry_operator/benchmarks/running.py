"""A run from beginning to end: everything checked, the engine run, the system watched, the books closed."""

import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import msgspec

from telemetry_loadtest.assembling import Surroundings, assemble, nothing_measured
from telemetry_loadtest.measured import Line, Measured, Said
from telemetry_loadtest.plan import Plan
from telemetry_loadtest.results import Books, Machine, Provenance, Result, Verdict
from telemetry_loadtest.verdict import Cause
from telemetry_operator.benchmarks.books import close_run
from telemetry_operator.benchmarks.engine import EngineError, run_engine
from telemetry_operator.benchmarks.planning import plan_of
from telemetry_operator.benchmarks.provenance import machine, name_run, provenance_of
from telemetry_operator.benchmarks.system import Watcher
from telemetry_operator.benchmarks.target import Target, refuse_foreign_data
from telemetry_operator.client.interrupt import first_signal_stops
from telemetry_operator.client.query import Analytics, QueryError
from telemetry_operator.client.sending import open_client
from telemetry_operator.specs.benchmark import TelemetryBenchmark

DRAIN_PATIENCE: Final = 60.0  # seconds after the last answer until all must be stored
SHARED: Final = "The load generator and the platform shared the cores of one machine."


def _nothing() -> None:
    """What happens at a stop where nobody wants to know of it."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A benchmark as it was given, and the platform it is for; `on_stop` is called where a signal ended the run."""

    benchmark: TelemetryBenchmark
    text: str
    target: Target
    measure_ceiling: bool = True
    on_stop: Callable[[], None] = _nothing


async def run_benchmark(asked: Asked, on_line: Callable[[Line], None]) -> Result:
    """One run. The first signal ends it in order: what was measured is kept.

    Raises:
        PlatformError: it may not be had; no load was started.
    """
    spec, target = asked.benchmark.spec, asked.target
    kept = await refuse_foreign_data(spec, target)
    run, here, began = name_run(asked.benchmark), machine(), time.time()
    plan = plan_of(spec, run, target.load, measure_ceiling=asked.measure_ceiling)
    notes = [SHARED, *([f"The platform held {kept:,} readings of others."] if kept else [])]
    try:
        with Watcher(target.state, target.applied.processes) as watcher:
            measured, books = await _load(plan, asked, on_line)
    except EngineError as error:
        verdict = Verdict.ABORTED if error.stopped else Verdict.ERROR
        return nothing_measured(plan, _provenance(asked, run, began, here), verdict, error.message)
    around = Surroundings(watcher.series(measured.begin), watcher.events(measured.begin), notes)
    return assemble(plan, _provenance(asked, run, measured.begin, here), measured, books, around)


async def _load(plan: Plan, asked: Asked, on_line: Callable[[Line], None]) -> tuple[Measured, Books | None]:
    with tempfile.TemporaryDirectory(prefix="telemetry-bench-") as directory:
        async with first_signal_stops() as stop:
            try:
                measured = await run_engine(plan, Path(directory), on_line, stop)
                on_line(Said("comparing what was acknowledged with what is stored"))
                return await _compare(plan, measured, asked.target)
            finally:
                if stop.is_set():
                    asked.on_stop()


async def _compare(plan: Plan, measured: Measured, target: Target) -> tuple[Measured, Books | None]:
    """Close the books; where that cannot be done, nobody knows whether anything was lost, and the run is an error."""
    async with open_client(target.load.analytics) as client:
        analytics = Analytics(client, target.reader())
        try:
            return measured, await close_run(plan, measured.accounts, measured.begin, analytics, DRAIN_PATIENCE)
        except QueryError as error:
            detail = f"the books could not be compared: {error.message}"
            return msgspec.structs.replace(measured, cause=Cause.FAILED, detail=detail), None


def _provenance(asked: Asked, run: str, began: float, here: Machine) -> Provenance:
    loaded = asked.target.platform
    return provenance_of(asked.benchmark, run=run, text=asked.text, began=began, loaded=loaded, here=here)
