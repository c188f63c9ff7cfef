"""The suite `ceiling`: runs of one rate each, until the highest rate that holds its SLO is known.

Each rate is a run of its own with its own devices, books and verdict: a ceiling at which data is lost is none. The
result is that of the highest rate that held, with all that was tried beside it.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Final

import msgspec

from telemetry_loadtest.measured import Line, Said
from telemetry_loadtest.results import Result, Verdict
from telemetry_loadtest.search import Search
from telemetry_operator.benchmarks.running import Asked, run_benchmark
from telemetry_operator.specs.benchmark import Bound, ExistingData, Slo
from telemetry_operator.specs.duration import Duration
from telemetry_operator.specs.load import Stage

FIRST_SEARCH: Final = Search()
STEP: Final = Duration("20s")  # a rate must hold for so long
P95: Final = Duration("300ms")
DECIDED: Final = frozenset({Verdict.PASSED, Verdict.FAILED})


async def search_ceiling(
    asked: Asked, on_line: Callable[[Line], None], *, search: Search = FIRST_SEARCH, step: Duration = STEP
) -> Result:
    """Search until the ceiling is known; a run that is neither Passed nor Failed ends the search with its verdict.

    Raises:
        PlatformError: the first run may not be had.
    """
    best, last = None, None
    while (rate := search.next_rate()) is not None:
        on_line(Said(f"trying {rate:g} requests a second"))
        last = await run_benchmark(_at(asked, rate, step, first=last is None), on_line)
        if last.verdict not in DECIDED:
            return _with(last, search, f"at {rate:g} requests a second: {last.reason}")
        search = search.told(rate, held=last.verdict is Verdict.PASSED, reason=last.reason)
        best = last if last.verdict is Verdict.PASSED else best
    found = best or last
    assert found is not None  # noqa: S101 - a search always tries a first rate
    return _with(found, search, _in_words(search))


def _at(asked: Asked, rate: float, step: Duration, *, first: bool) -> Asked:
    """The run of one rate: the data that the runs before it left is the search's own."""
    spec = asked.benchmark.spec
    changes: dict[str, object] = {"suite": None, "stages": (Stage(duration=step, rate=rate),)}
    if not first:
        changes["existing_data"] = ExistingData.ALLOW
    changed = spec.model_copy(update=changes | {"slo": _slo(spec.slo)})
    benchmark = asked.benchmark.model_copy(update={"spec": changed})
    return replace(asked, benchmark=benchmark, measure_ceiling=asked.measure_ceiling and first)


def _slo(slo: Slo) -> Slo:
    """What is promised, with a p95 where none is given: without one, nothing ends the climb but errors and drops."""
    return slo.model_copy(update={"stop_on_breach": True, "bounds": (Bound(p95=P95), *slo.bounds)})


def _with(result: Result, search: Search, reason: str) -> Result:
    return msgspec.structs.replace(result, ceiling=search.found(), reason=reason)


def _in_words(search: Search) -> str:
    low, high = search.low, search.high
    if low is None:
        return f"not even {search.steps[-1].rate:g} requests a second held: {search.steps[-1].reason}"
    if high is None:
        return f"{low:g} requests a second held, and more was not tried"
    broken = next(one.reason for one in search.steps if one.rate == high)
    return f"the ceiling lies between {low:g} requests a second, which held, and {high:g}, which did not: {broken}"
