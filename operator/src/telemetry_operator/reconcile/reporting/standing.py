"""How a platform stands: one visit, with what was proved before, condensed into what conditions are made from. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from telemetry_operator.cluster.errors import ForbiddenError, RefusedError
from telemetry_operator.reconcile.observed import Observed
from telemetry_operator.reconcile.plan import Plan, Step, Visit, Wait
from telemetry_operator.reconcile.reasons import Reason, Said
from telemetry_operator.reconcile.reporting.components import (
    endpoints_served_by,
    observe_components,
    stopped_components,
)
from telemetry_operator.reconcile.reporting.dangers import dangers_of
from telemetry_operator.reconcile.reporting.failures import PodFailure
from telemetry_operator.reconcile.reporting.live import Workload, parse_live, seconds_since
from telemetry_operator.reconcile.reporting.pausing import held_back
from telemetry_operator.reconcile.reporting.proof import Proof, fault_of, is_proven
from telemetry_operator.reconcile.reporting.workload_failures import failures_of
from telemetry_operator.specs.status import ComponentStatus, PlatformStatus

# What fails for longer without becoming better is not on its way any more.
PATIENCE_SECONDS: Final = 300.0
"""As the Deployments' own progress deadline."""

_REASONS: Final = {
    Step.FOUNDATION: Reason.APPLYING,
    Step.SERVERS: Reason.STARTING_SERVERS,
    Step.PREPARE: Reason.PREPARING,
    Step.WORKLOADS: Reason.ROLLING_OUT,
    Step.DRAIN: Reason.DRAINING,
    Step.PRUNE: Reason.APPLYING,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What there is to say of a platform at the end of a visit."""

    generation: int
    refusal: Said | None = None
    """Why nothing is done."""
    stuck: tuple[Said, ...] = ()
    """What does not go on until a person acts."""
    failures: tuple[Said, ...] = ()
    """What fails, worst first, and is tried again."""
    is_stalled: bool = False
    """Whether a failure has lasted too long for being waited for."""
    doing: Said | None = None
    """What is being done or waited for, because of the spec."""
    paused: Said | None = None
    held_back: str | None = None
    """What would be done first if the platform were not paused; None where it is as its spec says."""
    components: tuple[ComponentStatus, ...] = ()
    stopped: tuple[str, ...] = ()
    """Components that the owner stopped."""
    unready: tuple[str, ...] = ()
    """Endpoints that should have a ready pod and have none."""
    serves: bool = False
    """Whether any endpoint has a ready pod."""
    proven: bool = False
    """Whether a reading was written and read back in this generation."""
    disproof: str | None = None
    """Why the newest reading did not come back."""
    dangers: tuple[Said, ...] = ()


def standing_of(
    visit: Visit, previous: PlatformStatus, proof: Proof | None, now: int, fights: Sequence[str] = ()
) -> Standing:
    """Condense a visit at a moment (µs); `proof` is the newest of this platform, if this process made any."""
    observed, plan = visit.observed, visit.plan
    generation = int(observed.platform["metadata"].get("generation", 0))
    components = observe_components(plan.platform, observed)
    failures = failures_of(observed, now, plan.wanted)
    proven = is_proven(generation, previous, proof)
    doing = _doing(visit, proven=proven)
    return Standing(
        generation=generation,
        refusal=_refusal(plan),
        stuck=tuple(_stuck(visit)),
        failures=tuple(Said(failure.reason, failure.message) for failure in failures),
        is_stalled=doing is not None and _lasts(failures, now),
        doing=doing,
        paused=_paused(plan),
        held_back=held_back(plan, observed),
        components=components,
        stopped=_stopped(plan),
        unready=tuple(_unready(plan, components)),
        serves=any(status.ready for status in components if status.name in {"producer", "analytics"}),
        proven=proven,
        disproof=fault_of(generation, previous, proof),
        dangers=dangers_of(plan.platform, observed, now, fights),
    )


def _refusal(plan: Plan) -> Said | None:
    if plan.refusal is None:
        return None
    return Said(plan.refusal.reason, "; ".join(plan.refusal.message.splitlines()))


def _doing(visit: Visit, *, proven: bool) -> Said | None:
    """The first step that is not over. Pods of a proven generation may come and go: that is no progress."""
    plan = visit.plan
    if plan.refusal or plan.paused:
        return None
    for wait in plan.waits:
        if not wait.stuck and not (proven and _only_lacks_pods(wait, visit.observed)):
            return Said(wait.reason, wait.message)
    if not proven and plan.changes:
        return Said(_REASONS[plan.changes[0].step], "objects are being written")
    if plan.retiring:
        names = ", ".join(f"{key.kind} {key.name}" for key in sorted(plan.retiring))
        return Said(Reason.APPLYING, f"on the way out: {names}")
    return None


def _only_lacks_pods(wait: Wait, observed: Observed) -> bool:
    found = observed.objects.get(wait.key) if wait.key else None
    if found is None or wait.step not in {Step.SERVERS, Step.WORKLOADS}:
        return False
    workload = parse_live(found, Workload)
    status = workload.status
    is_seen = status.observed_generation >= workload.metadata.generation
    return is_seen and status.updated_replicas >= status.replicas


def _stuck(visit: Visit) -> Iterator[Said]:
    for wait in visit.plan.waits:
        if wait.stuck:
            yield Said(wait.reason, wait.message)
    for failure in visit.failures:
        if isinstance(failure.error, ForbiddenError | RefusedError):
            quota = "exceeded quota" in str(failure.error)
            key = failure.change.key
            reason = Reason.QUOTA_EXCEEDED if quota else Reason.APPLY_FAILED
            yield Said(reason, f"{key.kind} {key.name}: {failure.error}")


def _lasts(failures: Sequence[PodFailure], now: int) -> bool:
    return any(seconds_since(failure.since, now) >= PATIENCE_SECONDS for failure in failures)


def _paused(plan: Plan) -> Said | None:
    return Said(Reason.PAUSED, "spec.paused is true: the operator looks, and writes nothing") if plan.paused else None


def _stopped(plan: Plan) -> tuple[str, ...]:
    return tuple(component.value for component in stopped_components(plan.platform.spec)) if plan.platform else ()


def _unready(plan: Plan, components: Sequence[ComponentStatus]) -> Iterator[str]:
    if plan.platform is None:
        return
    ready = {status.name for status in components if status.ready}
    for endpoint in endpoints_served_by(plan.platform.spec):
        if endpoint not in ready and endpoint not in stopped_components(plan.platform.spec):
            yield endpoint.value
