"""What follows from how a run stands: it waits, it is over, or it cannot be brought to its end. Pure.

Every phase has a deadline, counted from what the status says of when it began, so that a restart of the operator
lengthens none.
"""

from dataclasses import dataclass
from typing import Final

from telemetry_contract.times import MICROSECONDS_PER_SECOND, parse_time
from telemetry_loadtest.plan import Plan
from telemetry_loadtest.progress import Progress, Stage
from telemetry_loadtest.trials import longest_seconds
from telemetry_operator.reconcile.runs.failures import failure_of_run
from telemetry_operator.reconcile.runs.observed import ObservedRun
from telemetry_operator.reconcile.runs.reasons import RunReason, Said
from telemetry_operator.resources.benchmark_context import MASTER
from telemetry_operator.resources.benchmark_pods import DRAINING, STARTING
from telemetry_operator.resources.naming import part_name
from telemetry_operator.resources.objects import JOB, Key

GRACE_SECONDS: Final = 60.0
"""The pods end by deadlines of their own, and say why: ours is for those that do not."""


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
    job = Key(JOB.kind, part_name(observed.metadata["name"], MASTER))
    if loaded and told is None and (job not in observed.objects or not observed.pods):
        return Said(RunReason.MASTER_LOST, "the master's pod is gone, and what it had measured with it")
    return _late(observed, plan, now, loaded=loaded)


def _late(observed: ObservedRun, plan: Plan, now: int, *, loaded: bool) -> Said | None:
    status = observed.status
    allowed = STARTING + GRACE_SECONDS
    if loaded:
        allowed = longest_seconds(plan) + 3 * plan.timeout + DRAINING + GRACE_SECONDS
    begun = (status.load_time if loaded else status.start_time) or status.start_time
    if begun is None or now - parse_time(begun) <= allowed * MICROSECONDS_PER_SECOND:
        return None
    what = "the load was not over" if loaded else "the generator's pods were not ready"
    return Said(RunReason.DEADLINE_EXCEEDED, f"{what} {allowed:.0f} s after it began")


def _doing(observed: ObservedRun, told: Progress | None) -> Said:
    if has_load(observed, told):
        return Said(RunReason.LOADING, f"{_platform(observed)} is loaded")
    return Said(RunReason.STARTING_PODS, (told.said if told else "") or "the generator's pods are started")


def _platform(observed: ObservedRun) -> str:
    return observed.model.spec.platform if observed.model else "?"
