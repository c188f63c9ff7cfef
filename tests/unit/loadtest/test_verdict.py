"""The five words, and what outweighs what."""

import pytest

from telemetry_loadtest.results import Books, Bound, Tally, Verdict
from telemetry_loadtest.verdict import Cause, decide

NOTHING = Tally(0, "0" * 32)
CLOSED = Books(NOTHING, NOTHING, NOTHING, {}, 0, 0, 0, 0, 0.0, closed=True)
OPEN = Books(NOTHING, NOTHING, NOTHING, {}, 0, 0, 3, 0, 0.0, closed=False)
HELD = Bound("latest", "p95", 100.0, 80.0, 50, held=True)
BROKEN = Bound("latest", "p95", 100.0, 120.0, 50, held=False, breached_at=35.0)
SICK = "in 9 of 10 seconds a worker began requests 900 ms late"

CASES = {
    "all is well": (Cause.FINISHED, [], [HELD], CLOSED, Verdict.PASSED, "every bound held, and the books close"),
    "nothing was written": (Cause.FINISHED, [], [HELD], None, Verdict.PASSED, "every bound held"),
    "a bound is broken": (
        Cause.FINISHED, [], [HELD, BROKEN], CLOSED, Verdict.FAILED,
        "latest p95 120.0 ms, limit 100.0 ms, broken for as long as was allowed at 35 s",
    ),
    "stopped by the breach": (Cause.BREACHED, [], [BROKEN], CLOSED, Verdict.FAILED, "latest p95"),
    "lost data weighs more than a bound": (
        Cause.FINISHED, [], [BROKEN], OPEN, Verdict.FAILED,
        "the books do not close: 3 acknowledged readings are not stored",
    ),
    "a sick generator weighs more than all that it measured": (
        Cause.FINISHED, [SICK], [BROKEN], OPEN, Verdict.INVALID, SICK,
    ),
    "a sick generator that was stopped by a breach": (Cause.BREACHED, [SICK], [BROKEN], CLOSED, Verdict.INVALID, SICK),
    "a person's stop weighs more than its health": (Cause.STOPPED, [SICK], [BROKEN], OPEN, Verdict.ABORTED, "why"),
    "so does the deadline's": (Cause.DEADLINE, [], [BROKEN], CLOSED, Verdict.ABORTED, "why"),
    "an error weighs most": (Cause.FAILED, [SICK], [BROKEN], OPEN, Verdict.ERROR, "why"),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_the_verdict_is_the_weightiest(name: str) -> None:
    cause, faults, bounds, books, verdict, reason = CASES[name]
    found = decide(cause, detail="why", faults=faults, bounds=bounds, books=books)
    assert found[0] is verdict
    assert found[1].startswith(reason)
