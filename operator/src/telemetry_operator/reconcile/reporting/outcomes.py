"""The conditions of a benchmark and of a comparison, from one word on how it is. Pure.

Both have an end: Ready is true when there is something to read, Stalled where there is none and waiting does not help.
"""

from enum import StrEnum
from typing import Final, Protocol

from telemetry_operator.reconcile.reporting.status import time_of
from telemetry_operator.specs.benchmark_status import CONDITIONS
from telemetry_operator.specs.status import LONGEST_MESSAGE, Condition, ConditionStatus, ConditionType

_TRUE: Final = ConditionStatus.TRUE
_FALSE: Final = ConditionStatus.FALSE


class Word(Protocol):
    """A reason, and the sentence that goes with it."""

    @property
    def reason(self) -> StrEnum: ...

    @property
    def message(self) -> str: ...


Verdicts = dict[ConditionType, tuple[ConditionStatus, Word]]


def going_on(doing: Word, well: Word) -> Verdicts:
    """It goes on; `well` says that nothing fails."""
    return {
        ConditionType.READY: (_FALSE, doing),
        ConditionType.PROGRESSING: (_TRUE, doing),
        ConditionType.DEGRADED: (_FALSE, well),
        ConditionType.RECONCILING: (_TRUE, doing),
        ConditionType.STALLED: (_FALSE, well),
    }


def over(said: Word, well: Word) -> Verdicts:
    return {
        ConditionType.READY: (_TRUE, said),
        ConditionType.PROGRESSING: (_FALSE, said),
        ConditionType.DEGRADED: (_FALSE, well),
        ConditionType.RECONCILING: (_FALSE, said),
        ConditionType.STALLED: (_FALSE, well),
    }


def failed(why: Word) -> Verdicts:
    return {
        ConditionType.READY: (_FALSE, why),
        ConditionType.PROGRESSING: (_FALSE, why),
        ConditionType.DEGRADED: (_TRUE, why),
        ConditionType.RECONCILING: (_FALSE, why),
        ConditionType.STALLED: (_TRUE, why),
    }


def conditions_of(
    verdicts: Verdicts, generation: int, before: tuple[Condition, ...], now: int
) -> tuple[Condition, ...]:
    """The conditions at a moment (µs); one whose status is as it was keeps the time of its transition."""
    known = {condition.type: condition for condition in before}
    return tuple(_condition(kind, verdicts, generation, known.get(kind), now) for kind in CONDITIONS)


def _condition(kind: ConditionType, verdicts: Verdicts, generation: int, old: Condition | None, now: int) -> Condition:
    status, said = verdicts[kind]
    return Condition(
        type=kind,
        status=status,
        reason=said.reason.value,
        message=said.message[:LONGEST_MESSAGE],
        observed_generation=generation,
        last_transition_time=old.last_transition_time if old and old.status is status else time_of(now),
    )
