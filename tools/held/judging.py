"""What a run of held load comes to, and whether the promises hold. Pure."""

from collections import Counter
from collections.abc import Iterable, Sequence
from statistics import median
from typing import Final

from tools.bench.meters import quantile
from tools.held.results import Age, Backlog, Freshness, Held, Overload, Sample, Second, Stage

MOST_FRESH: Final = 2.0  # seconds, at p99, on the stream
MOST_LAG: Final = 2.0  # seconds that a record waits to be stored while a load is held
AS_BEFORE: Final = 0.8  # of what is carried is still accepted under too much
RECOVERED: Final = 2.0  # times the p99 before, at most, is as before
SETTLED_MILLISECONDS: Final = 100.0  # p99s below are alike: a commit that takes longer makes as much
MOST_RECOVERY: Final = 5  # seconds
IN_A_ROW: Final = 3  # seconds as before: one that is bad later on is not what was too much


def answers_of(stage: Stage) -> Counter[str]:
    total: Counter[str] = Counter()
    for second in stage.seconds:
        total.update(second.answers)
    return total


def accepted_of(seconds: Iterable[Second], expected: str) -> int:
    return sum(second.answers.get(expected, 0) for second in seconds)


def errors_of(stage: Stage, expected: str) -> int:
    """Return the arrivals of a stage that were not answered as they should be, those never sent among them."""
    unsent = sum(second.unsent for second in stage.seconds)
    return sum(count for answer, count in answers_of(stage).items() if answer != expected) + unsent


def fresh(freshness: Freshness) -> tuple[float, float] | None:
    """Return p50 and p99 in seconds; what was never seen counts as for ever."""
    ordered = sorted([*freshness.seconds, *[float("inf")] * freshness.unseen])
    return (quantile(ordered, 0.5), quantile(ordered, 0.99)) if ordered else None


def lag_grows(samples: Sequence[Sample], rate: float) -> bool:
    """Tell whether records gather: their number in the last third lies above the first third's by a second's worth."""
    third = len(samples) // 3
    if not third:
        return False
    first, last = (median(it.lag for it in part) for part in (samples[:third], samples[-third:]))
    return last - first > rate


def worst_wait(samples: Sequence[Sample]) -> float:
    return max((it.oldest for it in samples), default=0.0)


def held_holds(held: Held, expected: str, *, queued: bool) -> bool:
    """Tell whether nothing failed, what waits is bounded, and reads are fresh: on the stream in time, else at once."""
    if errors_of(held.stage, expected) or held.freshness.unseen:
        return False
    found = fresh(held.freshness)
    if not queued:
        return held.freshness.at_first_look == len(held.freshness.seconds)
    bounded = not lag_grows(held.samples, held.stage.rate) and worst_wait(held.samples) < MOST_LAG
    return bounded and found is not None and found[1] < MOST_FRESH


def backlog_holds(backlog: Backlog, expected: str) -> bool:
    return not errors_of(backlog.live, expected)


def drained_rate(backlog: Backlog) -> float:
    """Return the readings a second that were stored while the backlog drained, live ones included."""
    return backlog.readings / backlog.drained_seconds + backlog.live.rate


def age_holds(age: Age) -> bool:
    """Tell whether refusals came in time, by their own code, and nothing accepted was lost."""
    return age.refused_at <= age.most_age and age.code == "buffer-too-old" and age.stored == age.accepted


def rate_of(stage: Stage, expected: str) -> float:
    """Return the requests a second that were accepted, as the median of the stage's seconds."""
    return median(second.answers.get(expected, 0) for second in stage.seconds)


def recovery_seconds(overload: Overload, expected: str) -> int | None:
    """Return the first whole second after too much from which on all is as before, for some; nothing without any."""
    before = overload.before.p99 or 0.0
    most = max(before * RECOVERED, SETTLED_MILLISECONDS)
    settled = [
        second.answers.get(expected, 0) >= second.offered and (second.p99 or 0.0) <= most
        for second in overload.after.seconds
    ]
    starts = range(len(settled) - IN_A_ROW + 1)
    return next((start for start in starts if all(settled[start : start + IN_A_ROW])), None)


def overload_holds(overload: Overload, expected: str, carried: float) -> bool:
    recovery = recovery_seconds(overload, expected)
    as_fast = rate_of(overload.during, expected) >= AS_BEFORE * carried
    return as_fast and recovery is not None and recovery <= MOST_RECOVERY
