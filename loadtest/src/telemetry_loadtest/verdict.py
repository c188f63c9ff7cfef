"""From what was measured to the verdict: five words, in the order in which they outweigh one another.

An error and a stop by a person come first, for then the run is not the one that was asked for. A generator that was not
well comes before any word about the platform. Only then is the platform judged: by its books, then by its bounds.
"""

from collections.abc import Sequence
from enum import StrEnum
from typing import Final

from telemetry_loadtest.results import Books, Bound, Verdict


class Cause(StrEnum):
    """Why a run ended."""

    FINISHED = "finished"
    BREACHED = "breached"  # the SLO, and the plan says to stop then
    STOPPED = "stopped"  # by a person
    DEADLINE = "deadline"
    FAILED = "failed"  # the engine itself


DECIDED: Final = frozenset({Verdict.PASSED, Verdict.FAILED})  # those that say something of the platform

UNTIMELY: Final = {Cause.FAILED: Verdict.ERROR, Cause.STOPPED: Verdict.ABORTED, Cause.DEADLINE: Verdict.ABORTED}


def decide(
    cause: Cause, *, detail: str, faults: Sequence[str], bounds: Sequence[Bound], books: Books | None
) -> tuple[Verdict, str]:
    """The verdict and its reason. `detail` says why it ended before its time; a run without writes has no books."""
    if cause in UNTIMELY:
        return UNTIMELY[cause], detail
    if faults:
        return Verdict.INVALID, "; ".join(faults)
    if books is not None and not books.closed:
        return Verdict.FAILED, books_in_words(books)
    broken = [bound for bound in bounds if not bound.held]
    if broken:
        return Verdict.FAILED, "; ".join(map(bound_in_words, broken))
    return Verdict.PASSED, "every bound held" + ("" if books is None else ", and the books close")


def books_in_words(books: Books) -> str:
    parts = []
    if books.missing:
        parts.append(f"{books.missing:,} acknowledged readings are not stored")
    if books.surplus:
        parts.append(f"{books.surplus:,} readings are stored that were not acknowledged, or twice")
    return f"the books do not close: {' and '.join(parts) or 'the digests differ'}"


def bound_in_words(bound: Bound) -> str:
    """One bound: `latest p95 31.2 ms, at most 20 ms was asked for, broken for good at 35 s`."""
    when = "" if bound.breached_at is None else f", broken for as long as was allowed at {bound.breached_at:g} s"
    return f"{bound.endpoint} {bound.measure} {_amount(bound, bound.value)}, limit {_amount(bound, bound.limit)}{when}"


def _amount(bound: Bound, value: float | None) -> str:
    if value is None:
        return "not measured"
    return f"{value:.2%}" if bound.measure in {"errors", "drops"} else f"{value:.1f} ms"
