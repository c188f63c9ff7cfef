"""What follows from how a run stands: it waits, it is over, or it cannot be brought to its end. Pure.

Every phase has a deadline, counted from what the status says of when it began, so that a restart of the operator
lengthens none.
"""

from dataclasses import dataclass
from typing import Final

from telemetry_loadtest.plan import Plan
from telemetry_loadtest.progress import Progress, Stage
from telemetry_loadtest.trials import longest_seconds
from telemetry_operator.reconcile.reporting.live import Pod, parse_live, seconds_since
from telemetry_operator.reconcile.runs.failures import failure_of_run
from telemetry_operator.reconcile.runs.observed import ObservedRun
from telemetry_operator.reconcile.runs.reasons import RunReason, Said
from telemetry_operator.resources.benchmark_context import MASTER
from telemetry_operator.resources.benchmark_pods import DRAINING, STARTING
from telemetry_operator.resources.naming import part_name
from telemetry_operator.resources.objects import JOB, Key
from telemetry_operator.specs.benchmark_status import Phase

GRACE_SECONDS: Final = 60.0
"""The pods end by deadlines of their own, and say why: ours is for those that do not."""
MAKING_SECONDS: Final = 60.0
"""For so long its objects may be refused: what is left of another run may fill a quota."""
CLOSING_SECONDS: Final = 300.0
"""From the end of the load until its result must be kept: the books have a minute of it, its fetching another."""


@dataclass(frozen=True, slots=True)
class Waits:
    """The run goes on; `doing` says what it does."""

    doing: Said


@dataclass(frozen=True, slots=True)
class Measured:
    """The load is over, and its result can be had."""


@dataclass(frozen=True, slots=True)
class Ended:
    """It is over with nothing measured."""

    why: Said


Decision = Waits | Measured | Ended


def decide(observed: ObservedRun, plan: Plan, told: Progress | None, now: int) -> Decision:
    """What follows at a moment (µs); `told` is the master's word, None where it did not answer."""
    if told is not None and told.stage is Stage.MEASURED:
        return Measured()
    if observed.platform is None:
        return Ended(gone(observed))
    if found := _ending(observed, plan, told, now):
        return Ended(found)
    return Waits(_doing(observed, told))


def gone(observed: ObservedRun) -> Said:
    return Said(RunReason.TARGET_GONE, f"the platform {_platform(observed)} was deleted while it was loaded")


def has_load(observed: ObservedRun, told: Progress | None) -> bool:
    return observed.status.load_time is not None or (told is not None and told.began is not None)


def _ending(observed: ObservedRun, plan: Plan, told: Progress | None, now: int) -> Said | None:
    loaded = has_load(observed, told)
    if told is None and observed.stop is not None and not loaded:
        return Said(RunReason.STOPPED, f"stopped before its first request was due: {observed.stop}")
    if failed := failure_of_run(observed, now, master=MASTER, workers=not loaded):
        return failed
    if loaded and told is None and not _has_master(observed):
        return Said(RunReason.MASTER_LOST, "the master's pod is gone, and what it had measured with it")
    return _late(observed, plan, now, loaded=loaded)


def _has_master(observed: ObservedRun) -> bool:
    """Whether it may still answer; workers' pods go on for a while without it."""
    job = Key(JOB.kind, part_name(observed.metadata["name"], MASTER))
    return job in observed.objects and any(parse_live(pod, Pod).metadata.component == MASTER for pod in observed.pods)


def _late(observed: ObservedRun, plan: Plan, now: int, *, loaded: bool) -> Said | None:
    status = observed.status
    if status.phase is Phase.CLOSING:
        return closing_is_late(observed, now, "its master does not answer any more")
    if loaded:
        allowed = longest_seconds(plan) + 3 * plan.timeout + DRAINING + GRACE_SECONDS
        said = f"the load was not over {allowed:.0f} s after it began"
        return _after(status.load_time or status.start_time, allowed, now, said)
    allowed = STARTING + GRACE_SECONDS
    return _after(
        status.start_time, allowed, now, f"the generator's pods were not ready {allowed:.0f} s after it began"
    )


def making_is_late(observed: ObservedRun, now: int, why: str) -> Said | None:
    """What ends a run whose objects the API server refuses; None while there is time to try again."""
    waited = seconds_since(observed.status.start_time, now)
    return Said(RunReason.APPLY_FAILED, why) if waited > MAKING_SECONDS else None


def closing_is_late(observed: ObservedRun, now: int, why: str) -> Said | None:
    """What ends a run whose result cannot be had, or not be kept; None while there is time to try again."""
    said = f"the result was not kept {CLOSING_SECONDS:.0f} s after the load was over: {why}"
    return _after(observed.status.end_time, CLOSING_SECONDS, now, said)


def _after(begun: str | None, allowed: float, now: int, said: str) -> Said | None:
    return Said(RunReason.DEADLINE_EXCEEDED, said) if seconds_since(begun, now) > allowed else None


def _doing(observed: ObservedRun, told: Progress | None) -> Said:
    if has_load(observed, told):
        return Said(RunReason.LOADING, f"{_platform(observed)} is loaded")
    return Said(RunReason.STARTING_PODS, (told.said if told else "") or "the generator's pods are started")


def _platform(observed: ObservedRun) -> str:
    return observed.model.spec.platform if observed.model else "?"
