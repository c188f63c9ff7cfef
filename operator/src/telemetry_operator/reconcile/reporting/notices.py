"""What is worth an Event: changes that a person would otherwise have to have watched. Pure.

Events tell what happened and when; how things are is told by the conditions, and not said again here.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from telemetry_contract.architecture import Architecture, Store
from telemetry_operator.reconcile.plan import Cause, Change, Visit
from telemetry_operator.reconcile.reasons import Reason
from telemetry_operator.resources.objects import JOB
from telemetry_operator.specs.status import Condition, ConditionStatus, ConditionType, PlatformStatus

TOLD: Final = 5  # objects of one kind of notice in one visit

_TOLD_STEPS: Final = {Reason.DRAINING, Reason.CHANGING_ARCHITECTURE}
_TOLD_DANGERS: Final = {Reason.PERSISTENT_FIGHT, Reason.HISTORY_UNREAD, Reason.AUTOSCALER_INACTIVE}


class Happening(StrEnum):
    """Reasons of Events that are not reasons of conditions."""

    AVAILABLE = "Available"
    UNAVAILABLE = "Unavailable"
    RECOVERED = "Recovered"
    ARCHITECTURE_CHANGED = "ArchitectureChanged"
    PODS_REPLACED = "PodsReplaced"
    DRIFT_REPAIRED = "DriftRepaired"
    RECREATED = "Recreated"
    RESUMED = "Resumed"


@dataclass(frozen=True, slots=True)
class Notice:
    """What an Event is to say."""

    reason: StrEnum
    """A `Reason`, a `Happening`, or a `RunReason` of a benchmark."""
    note: str
    is_warning: bool = False


def notices_of(old: PlatformStatus, new: PlatformStatus, visit: Visit) -> tuple[Notice, ...]:
    """What changed between two statuses, and what the visit between them did to objects."""
    return (
        *_of_architecture(old, new),
        *_of_objects(old, visit),
        *_of_availability(old, new),
        *_of_failures(old, new),
        *_of_pausing(old, new),
        *_of_reasons(old, new, ConditionType.PROGRESSING, _TOLD_STEPS, is_warning=False),
        *_of_reasons(old, new, ConditionType.WARNING, _TOLD_DANGERS, is_warning=True),
    )


def _of_architecture(old: PlatformStatus, new: PlatformStatus) -> Iterator[Notice]:
    if old.choices is None or new.choices is None or old.choices == new.choices:
        return
    before, after = (Architecture(**dict(status.choices or ())) for status in (old, new))
    became = {
        (
            Store.POSTGRES,
            Store.MEMORY,
        ): "; the history in PostgreSQL is kept, and not read until store is postgres",
        (Store.MEMORY, Store.POSTGRES): "; the history that Kafka still holds is stored in PostgreSQL",
    }
    history = became.get((before.store, after.store), "")
    yield Notice(Happening.ARCHITECTURE_CHANGED, f"{old.architecture} becomes {new.architecture}{history}")


def _of_availability(old: PlatformStatus, new: PlatformStatus) -> Iterator[Notice]:
    before, after = (_status(status, ConditionType.AVAILABLE) for status in (old, new))
    now = new.condition(ConditionType.AVAILABLE)
    if now is None or before is after:
        return
    if after is ConditionStatus.TRUE:
        yield Notice(Happening.AVAILABLE, f"{now.message}, for generation {now.observed_generation}")
    elif after is ConditionStatus.FALSE and before is ConditionStatus.TRUE:
        yield Notice(Happening.UNAVAILABLE, f"{now.reason}: {now.message}", is_warning=now.reason != Reason.STOPPED)


def _of_failures(old: PlatformStatus, new: PlatformStatus) -> Iterator[Notice]:
    before, now = old.condition(ConditionType.DEGRADED), new.condition(ConditionType.DEGRADED)
    failed = before is not None and before.status is ConditionStatus.TRUE
    if now is None or any(notice.note.startswith(f"{now.reason}: ") for notice in _of_availability(old, new)):
        return
    if now.status is ConditionStatus.TRUE and not (failed and before and before.reason == now.reason):
        yield Notice(Reason(now.reason), now.message, is_warning=True)
    elif failed and now.status is ConditionStatus.FALSE:
        yield Notice(Happening.RECOVERED, "what failed does not fail any more")


def _of_pausing(old: PlatformStatus, new: PlatformStatus) -> Iterator[Notice]:
    before, after = (_status(status, ConditionType.PAUSED) for status in (old, new))
    if after is ConditionStatus.TRUE and before is not after:
        yield Notice(Reason.PAUSED, "nothing is written until spec.paused is false")
    elif after is ConditionStatus.FALSE and before is ConditionStatus.TRUE:
        yield Notice(Happening.RESUMED, "the platform is brought to what its spec says again")


def _of_reasons(
    old: PlatformStatus, new: PlatformStatus, kind: ConditionType, told: set[Reason], *, is_warning: bool
) -> Iterator[Notice]:
    before, now = old.condition(kind), new.condition(kind)
    if now is not None and now.reason in told and (before is None or before.reason != now.reason):
        yield Notice(Reason(now.reason), now.message.partition("; ")[0], is_warning=is_warning)


def _of_objects(old: PlatformStatus, visit: Visit) -> Iterator[Notice]:
    generation = visit.observed.platform["metadata"].get("generation", 0)
    stood = old.probe is not None and old.probe.observed_generation == generation
    told: dict[Happening, int] = {}
    for change in visit.done:
        happening = _happening(change, stood=stood)
        if happening is not None:
            told[happening] = told.get(happening, 0) + 1
            if told[happening] <= TOLD:
                yield Notice(happening, _told(change))


def _happening(change: Change, *, stood: bool) -> Happening | None:
    if change.cause is Cause.DRIFTED:
        return Happening.DRIFT_REPAIRED
    if change.cause is Cause.MISSING and stood and change.key.kind != JOB.kind:  # a Job's name is its revision's
        return Happening.RECREATED
    return Happening.PODS_REPLACED if change.rolls else None


def _told(change: Change) -> str:
    author = f", changed by {change.by}" if change.by else ""
    return f"{change.key.kind} {change.key.name}: {change.why}{author}"


def _status(status: PlatformStatus, kind: ConditionType) -> ConditionStatus | None:
    condition: Condition | None = status.condition(kind)
    return condition.status if condition else None
