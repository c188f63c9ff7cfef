"""The suite `ceiling`: runs of one rate each, until the highest rate that holds its SLO is known.

Each rate is a run of its own with its own devices, books and verdict: a ceiling at which data is lost is none. The
result is that of the highest rate that held, with all that was tried beside it.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Final

from telemetry_loadtest.concluding import TriedRate, conclude
from telemetry_loadtest.measured import Line, Said
from telemetry_loadtest.results import Result, Verdict
from telemetry_loadtest.search import Search
from telemetry_loadtest.suites import CEILING_P95
from telemetry_loadtest.verdict import DECIDED
from telemetry_operator.benchmarks.planning import climb_of
from telemetry_operator.benchmarks.running import Asked, run_benchmark
from telemetry_operator.specs.benchmark import Bound, ExistingData, Slo
from telemetry_operator.specs.duration import Duration
from telemetry_operator.specs.load import Stage

P95: Final = Duration(f"{CEILING_P95:g}ms")


async def search_ceiling(asked: Asked, on_line: Callable[[Line], None]) -> Result:
    """Search until the ceiling is known; a run that is neither Passed nor Failed ends the search with its verdict.

    Raises:
        PlatformError: the first run may not be had.
    """
    climb = climb_of(asked.benchmark.spec)
    search = begun = Search(climb.first, climb.precision)
    tried: list[TriedRate] = []
    while (rate := search.next_rate()) is not None:
        on_line(Said(f"trying {rate:g} requests a second"))
        result = await run_benchmark(_at(asked, rate, climb.step, first=not tried), on_line)
        tried.append(TriedRate(rate, result))
        if result.verdict not in DECIDED:
            break
        search = search.told(rate, held=result.verdict is Verdict.PASSED, reason=result.reason)
    return conclude(begun, tried)


def _at(asked: Asked, rate: float, step: Duration, *, first: bool) -> Asked:
    """The run of one rate: the data that the runs before it left is the search's own."""
    spec = asked.benchmark.spec
    changes: dict[str, object] = {"suite": None, "search": None, "stages": (Stage(duration=step, rate=rate),)}
    if not first:
        changes["existing_data"] = ExistingData.ALLOW
    changed = spec.model_copy(update=changes | {"slo": _slo(spec.slo)})
    benchmark = asked.benchmark.model_copy(update={"spec": changed})
    return replace(asked, benchmark=benchmark, measure_ceiling=asked.measure_ceiling and first)


def _slo(slo: Slo) -> Slo:
    """What is promised, with a p95 where none is given: without one, nothing ends the climb but errors and drops."""
    return slo.model_copy(update={"stop_on_breach": True, "bounds": (Bound(p95=P95), *slo.bounds)})
