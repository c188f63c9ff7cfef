"""The eight conditions of a platform, from how it stands. Pure; present from the first visit, each with its reason.

- `Available`: for this generation all is applied, every endpoint has a ready pod, and a synthetic reading was written
  and read back. Unknown while that is not tried yet and the platform serves as it did; False where it is known not to
  serve, or the owner stopped a part that readings pass.
- `Progressing`: the operator brings the platform to what the spec says. Pods that come and go are no progress.
- `Degraded`: something fails, whether or not readings still pass.
- `Ready`: all is as the spec says, works, and nothing is left to do. A platform whose owner stopped it is ready in this
  sense, as a Deployment of no replicas is.
- `Reconciling` and `Stalled` as kstatus reads them (cli-utils, pkg/kstatus/status/generic.go): whichever is True first
  decides, InProgress or Failed, so that never both are; with neither, Ready that is not True is InProgress.
"""

from collections.abc import Iterable
from typing import Final

from telemetry_operator.reconcile.reasons import Reason, Said
from telemetry_operator.reconcile.reporting.standing import Standing
from telemetry_operator.specs.status import LONGEST_MESSAGE, Condition, ConditionStatus, ConditionType

TOLD: Final = 5  # findings in one message

_TRUE: Final = ConditionStatus.TRUE
_FALSE: Final = ConditionStatus.FALSE
_UNKNOWN: Final = ConditionStatus.UNKNOWN

Verdict = tuple[ConditionStatus, Said]


def conditions_of(standing: Standing, previous: Iterable[Condition], now: str) -> tuple[Condition, ...]:
    """All conditions as of `now`; their times of transition are those of `previous` where the status is the same."""
    before = {condition.type: condition for condition in previous}
    verdicts = _verdicts(standing)
    return tuple(_condition(kind, verdicts[kind], standing.generation, before.get(kind), now) for kind in ConditionType)


def _verdicts(standing: Standing) -> dict[ConditionType, Verdict]:
    available, degraded, stalled = _available(standing), _degraded(standing), _stalled(standing)
    progressing = _progressing(standing, stalled)
    return {
        ConditionType.READY: _ready(standing, available, progressing, degraded),
        ConditionType.AVAILABLE: available,
        ConditionType.PROGRESSING: progressing,
        ConditionType.DEGRADED: degraded,
        ConditionType.PAUSED: (_TRUE, standing.paused) if standing.paused else (_FALSE, _NOT_PAUSED),
        ConditionType.WARNING: (_TRUE, _told(standing.dangers)) if standing.dangers else (_FALSE, _NO_DANGER),
        ConditionType.RECONCILING: progressing,
        ConditionType.STALLED: stalled,
    }


def _available(standing: Standing) -> Verdict:
    if standing.refusal and not standing.serves:
        return _FALSE, standing.refusal
    if standing.stopped:
        return _FALSE, Said(Reason.STOPPED, _stopped_in_words(standing))
    if standing.unready:
        return _FALSE, Said(Reason.NO_READY_PODS, f"no ready pod of {', '.join(standing.unready)}")
    if standing.disproof:
        return _FALSE, Said(Reason.PROBE_FAILED, standing.disproof)
    if standing.proven:
        return _TRUE, Said(Reason.READING_SEEN, "a reading was written and read back")
    why = standing.refusal or standing.paused or next(iter(standing.stuck), None) or standing.doing or _PROVING
    return _UNKNOWN, Said(why.reason, f"not proved for generation {standing.generation}: {why.message}")


def _degraded(standing: Standing) -> Verdict:
    found = [*([standing.refusal] if standing.refusal else []), *standing.stuck, *standing.failures]
    if standing.disproof:
        found.append(Said(Reason.PROBE_FAILED, standing.disproof))
    if standing.unready and standing.proven:
        found.append(Said(Reason.NO_READY_PODS, f"no ready pod of {', '.join(standing.unready)}"))
    return (_TRUE, _told(found)) if found else (_FALSE, Said(Reason.NO_FAILURE, "nothing fails"))


def _stalled(standing: Standing) -> Verdict:
    if standing.refusal:
        return _TRUE, standing.refusal
    if standing.stuck:
        return _TRUE, _told(standing.stuck)
    if standing.is_stalled and standing.failures:
        return _TRUE, _told(standing.failures)
    return _FALSE, Said(Reason.NO_FAILURE, "nothing waits for a person")


def _progressing(standing: Standing, stalled: Verdict) -> Verdict:
    if stalled[0] is _TRUE:
        return _FALSE, stalled[1]
    if standing.paused:
        return _FALSE, standing.paused
    if standing.doing:
        return _TRUE, standing.doing
    if not standing.proven and not standing.stopped:
        return _TRUE, _PROVING
    return _FALSE, _AT_REST


def _ready(standing: Standing, available: Verdict, progressing: Verdict, degraded: Verdict) -> Verdict:
    if degraded[0] is _TRUE:
        return _FALSE, degraded[1]
    if standing.held_back:
        return _FALSE, Said(Reason.PAUSED, f"paused, and not as the spec says: {standing.held_back}")
    if progressing[0] is _TRUE:
        return _FALSE, progressing[1]
    if standing.stopped and not standing.unready:
        return _TRUE, Said(Reason.STOPPED, f"as the spec wants it: {_stopped_in_words(standing)}")
    if available[0] is not _TRUE:
        return _FALSE, available[1]
    return _TRUE, Said(Reason.AS_SPECIFIED, "the platform is as its spec says, and works")


def _stopped_in_words(standing: Standing) -> str:
    fields = ", ".join(f"spec.{component}.replicas" for component in standing.stopped)
    return f"{', '.join(standing.stopped)} stopped by {fields}: 0"


def _told(found: Iterable[Said]) -> Said:
    """The first one's reason, and as many messages as a person reads."""
    said = list(found)
    more = [f"and {len(said) - TOLD} more"] if len(said) > TOLD else []
    return Said(said[0].reason, "; ".join([*(one.message for one in said[:TOLD]), *more]))


def _condition(kind: ConditionType, verdict: Verdict, generation: int, before: Condition | None, now: str) -> Condition:
    status, said = verdict
    return Condition(
        type=kind,
        status=status,
        reason=said.reason.value,
        message=said.message[:LONGEST_MESSAGE],
        observed_generation=generation,
        last_transition_time=before.last_transition_time if before and before.status is status else now,
    )


_PROVING: Final = Said(Reason.PROVING, "a reading is about to be written and read back")
_AT_REST: Final = Said(Reason.AT_REST, "nothing is left to do")
_NOT_PAUSED: Final = Said(Reason.NOT_PAUSED, "spec.paused is false")
_NO_DANGER: Final = Said(Reason.NO_DANGER, "nothing in the spec is known to be dangerous")
