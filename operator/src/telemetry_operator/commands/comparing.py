"""A comparison from what is said beforehand to its table; `compare` is the command."""

import time
from collections.abc import Sequence
from typing import Final, Literal, NoReturn, TypeAlias

from telemetry_loadtest.comparison_judging import assess
from telemetry_loadtest.comparison_planning import PlanError
from telemetry_operator.benchmarks.comparing.cell import Job
from telemetry_operator.benchmarks.comparing.kept import Kept, all_kept
from telemetry_operator.benchmarks.comparing.platforms import running_beside, take_away_leftovers
from telemetry_operator.benchmarks.comparing.resuming import Wanted, open_comparison, torn_apart
from telemetry_operator.benchmarks.comparing.running import Ending, provenance_of, run_cells
from telemetry_operator.benchmarks.provenance import machine
from telemetry_operator.client.interrupt import SIGNALS
from telemetry_operator.commands.compare_plan import beforehand, order_table, plain_plan
from telemetry_operator.commands.compare_progress import progress
from telemetry_operator.commands.compare_report import comparison_table
from telemetry_operator.commands.interruption import interruption
from telemetry_operator.commands.output import Format, err, print_result
from telemetry_operator.errors import PlatformError
from telemetry_operator.local.state import locked
from telemetry_operator.specs.comparison import ArchitectureComparison

LOCK: Final = "compare.run"

Exit: TypeAlias = Literal["DONE", "ABORTED", "ERROR"]


def want(comparison: ArchitectureComparison, text: str) -> Wanted:
    """The comparison with its plan.

    Raises:
        PlatformError: it could not end in an answer.
    """
    try:
        return Wanted.of(comparison, text)
    except PlanError as error:
        raise PlatformError(str(error)) from None


def print_plan(wanted: Wanted, output: Format) -> None:
    print_result(plain_plan(wanted.plan), order_table(wanted.plan), output)


def run(wanted: Wanted, output: Format, *, anew: bool) -> Exit:
    """Run it, or the rest of it, and print what came of it.

    Raises:
        PlatformError: it may not be run; nothing was begun.
    """
    with locked(LOCK, _refuse):
        for name in take_away_leftovers(kept.begun.token for kept in all_kept()):
            err.print(f"{name} was left by a comparison that was killed, and is taken away")
        beside = running_beside()
        job = Job(wanted.comparison, open_comparison(wanted, anew=anew))
        for record in torn_apart(job.kept, time.time()):
            job.kept.forget(record)
            err.print(f"{record.name} is run again: the cells of a block belong together, and it is too long ago")
        for line in beforehand(job.kept, beside, machine()):
            err.print(line)
        interruption.heed(SIGNALS)
        with progress(job.kept) as spectator:
            ending = run_cells(job, spectator)
    interruption.answer()
    if ending in {Ending.STOPPED, Ending.DEADLINE}:
        _tell_of_the_rest(job.kept, ending)
        return "ABORTED"
    _conclude(job, beside, output)
    if ending is Ending.HOPELESS:
        err.print(f"Error: {ending.value}")
        return "ERROR"
    return "DONE"


def _refuse() -> NoReturn:
    raise PlatformError(
        "a comparison is running here already, and two would take from each other what they measure",
        hint="let it end, or press Ctrl-C where it runs: the same command goes on with it later",
    )


def _conclude(job: Job, beside: Sequence[str], output: Format) -> None:
    notes = [f"Beside it ran, on the same machine: {', '.join(beside)}."] if beside else []
    result = assess(job.kept.begun.plan, job.kept.records(), provenance_of(job), notes=notes)
    job.kept.finish(result)
    print_result(result, comparison_table(result), output)
    run = job.kept.begun.run
    err.print(f"kept as {run} in {job.kept.end}; `telemetryctl report {run}` writes it as a page")


def _tell_of_the_rest(kept: Kept, ending: Ending) -> None:
    left = len(kept.remaining())
    done = kept.total - left
    err.print(f"Aborted: {ending.value}. {done} of {kept.total} cells are done and kept in {kept.root}.")
    err.print("The same command goes on with the others.")
