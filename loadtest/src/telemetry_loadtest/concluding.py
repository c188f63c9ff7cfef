"""What the trials of a search come to: the result of the highest rate that held, with all that was tried beside it.

The same wherever they were run: as runs of their own on one machine, as trials of one run in a cluster. The books
weigh as much as the bounds: a rate at which data was lost did not hold.
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import msgspec

from telemetry_loadtest.assembling import Surroundings, assemble, verdict_of
from telemetry_loadtest.measured import Measured, Searched, Trial
from telemetry_loadtest.plan import Plan
from telemetry_loadtest.results import Books, Provenance, Result, Verdict
from telemetry_loadtest.search import Search
from telemetry_loadtest.trials import search_of, trial_plan
from telemetry_loadtest.verdict import DECIDED, UNTIMELY


class TriedRate(NamedTuple):
    """A rate, and what its run came to."""

    rate: float
    result: Result


def verdict_of_trial(trial: Trial, books: Books | None) -> tuple[Verdict, str]:
    """Whether a trial held, as far as is known; one whose backlog the next had to wait for did not."""
    verdict, reason = verdict_of(trial.measured, books)
    return (Verdict.FAILED, trial.backlog) if verdict is Verdict.PASSED and trial.backlog else (verdict, reason)


def conclude(search: Search, tried: Sequence[TriedRate]) -> Result:
    """The result of a search that has tried these rates, one at least; one neither held nor failed is its result."""
    for rate, result in tried:
        if result.verdict not in DECIDED:
            return _with(result, search, f"at {rate:g} requests a second: {result.reason}")
        search = search.told(rate, held=result.verdict is Verdict.PASSED, reason=result.reason)
    best = next((one.result for one in tried if one.rate == search.low), tried[-1].result)
    return _with(best, search, search.in_words())


def conclude_trials(
    plan: Plan,
    searched: Searched,
    books: Sequence[Books | None],
    provenance_of: Callable[[Measured], Provenance],
    around_of: Callable[[Measured], Surroundings],
) -> Result:
    """The result of a search within one run; `books` are its trials', in their order."""
    assert plan.search is not None  # noqa: S101 - it was searched
    tried = []
    for trial, its in zip(searched.trials, books, strict=True):
        provenance = provenance_of(trial.measured)
        result = assemble(trial_plan(plan, trial.rate), provenance, trial.measured, its, around_of(trial.measured))
        verdict, reason = verdict_of_trial(trial, its)
        tried.append(TriedRate(trial.rate, msgspec.structs.replace(result, verdict=verdict, reason=reason)))
    result = conclude(search_of(plan.search), tried)
    if searched.cause not in UNTIMELY or result.verdict not in DECIDED:
        return result
    # It was ended between two trials: what is known of the ceiling stands.
    reason = f"{searched.detail}; {result.reason}"
    return msgspec.structs.replace(result, verdict=UNTIMELY[searched.cause], reason=reason)


def _with(result: Result, search: Search, reason: str) -> Result:
    return msgspec.structs.replace(result, ceiling=search.found(), reason=reason)
