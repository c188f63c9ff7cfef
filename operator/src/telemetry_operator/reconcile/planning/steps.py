"""The steps of a visit that bring about what is wanted; `retiring` is about what is not. Pure.

Invariants: programs are replaced only when the servers were prepared for their revision; of two programs the one that
is asked is replaced before the one that asks; a revision that does not start in one takes the place of no other.
"""

from telemetry_contract.settings import Component
from telemetry_operator.reconcile.plan import Cause, Change, Step, Verb
from telemetry_operator.reconcile.planning.draft import Draft
from telemetry_operator.reconcile.planning.draining import plan_unread_mark
from telemetry_operator.reconcile.planning.handover import plan_lending
from telemetry_operator.reconcile.planning.overlap import overlapping
from telemetry_operator.reconcile.planning.parts import Parts, component_of
from telemetry_operator.reconcile.planning.retiring import Unwanted
from telemetry_operator.reconcile.planning.rollouts import (
    is_complete,
    is_failed,
    missing_of_deployment,
    missing_of_stateful_set,
)
from telemetry_operator.reconcile.planning.stamps import template_of
from telemetry_operator.reconcile.reasons import Reason
from telemetry_operator.resources.objects import (
    DEPLOYMENT,
    JOB,
    STATEFUL_SET,
    Key,
    Object,
    key_of,
)
from telemetry_operator.resources.volumes import build_claim_growth, illegal_storage
from telemetry_operator.specs.findings import dotted
from telemetry_operator.specs.platform import KIND, TelemetryPlatform


def waits_for_predecessor(draft: Draft, uid: str) -> bool:
    """Whether objects are still going that belong to a deleted platform of the same name."""
    going = sorted(
        f"{key.kind} {key.name}" for key, live in draft.observed.objects.items() if _is_of_another(live, uid)
    )
    if going:
        message = f"a deleted platform of this name is still being removed: {', '.join(going)}"
        draft.wait(Step.FOUNDATION, Reason.APPLYING, message)
    return bool(going)


def plan_foundation(draft: Draft, parts: Parts, unwanted: Unwanted) -> None:
    changing = bool(unwanted) or not all(_is_rolled_out(draft, built) for built in parts.deployments)
    for built in parts.foundation:
        draft.want(Step.FOUNDATION, overlapping(built, draft.live(key_of(built))) if changing else built)


def plan_servers(draft: Draft, platform: TelemetryPlatform, parts: Parts) -> None:
    for finding in illegal_storage(platform, draft.observed.claims):
        message = f"{dotted(finding.path)}: {finding.message}"
        draft.wait(Step.SERVERS, Reason.STORAGE_CHANGE_REFUSED, message, stuck=True)
    draft.add(_grow(claim) for claim in build_claim_growth(platform, draft.observed.claims))
    for built in parts.servers:
        if built["kind"] != STATEFUL_SET.kind:
            draft.want(Step.SERVERS, built)
        elif not _waits_for_claims(draft, built):
            _plan_server(draft, built)


def plan_prepare(draft: Draft, parts: Parts, unwanted: Unwanted) -> bool:
    """Plan the Job; whether the servers are prepared for this revision of the programs, whenever that was."""
    built, key = parts.prepare, key_of(parts.prepare)
    live = draft.live(key)
    if live is not None and is_complete(live):
        return draft.want(Step.PREPARE, built) or True
    for job in _unfinished(unwanted):
        draft.delete(Step.PREPARE, job, "another revision is being prepared", cause=Cause.REPLACED)
    if live is not None and is_failed(live):
        draft.delete(Step.PREPARE, live, "it failed for good", cause=Cause.REPLACED)
        draft.wait(Step.PREPARE, Reason.PREPARE_FAILED, f"{key.name} failed, and is made again", key=key)
    elif not any(wait.step is Step.SERVERS for wait in draft.waits):
        draft.want(Step.PREPARE, built)
        draft.wait(Step.PREPARE, Reason.PREPARING, f"{key.name} has not completed", key=key)
    return False


def plan_workloads(draft: Draft, platform: TelemetryPlatform, staged: TelemetryPlatform, parts: Parts) -> None:
    plan_lending(draft, staged)
    before: Key | None = None
    for built in parts.workloads:
        if built["kind"] == DEPLOYMENT.kind and component_of(built) == Component.PRODUCER:
            plan_unread_mark(draft, staged, parts)
        if built["kind"] != DEPLOYMENT.kind:
            draft.want(Step.WORKLOADS, built)
        elif before is not None and _changes_template(draft, built):
            message = f"{key_of(built).name} is replaced when {before.name} is"
            draft.wait(Step.WORKLOADS, Reason.ROLLING_OUT, message, key=before)
        elif not _plan_rollout(draft, built):
            before = before or key_of(built)
    if staged is not platform:
        message = "the consumer brings into PostgreSQL what it kept in memory, before writes no longer go through Kafka"
        draft.wait(Step.WORKLOADS, Reason.CHANGING_ARCHITECTURE, message)


def _plan_rollout(draft: Draft, built: Object) -> bool:
    """Whether the Deployment stands, and all its pods are of its template."""
    key = key_of(built)
    stands, live = draft.want(Step.WORKLOADS, built), draft.live(key)
    if live is None:
        missing: str | None = "it is new"
    elif _changes_template(draft, built):
        missing = "its pods are being replaced"
    else:
        missing = missing_of_deployment(live)
    if missing is not None:
        draft.wait(Step.WORKLOADS, Reason.ROLLING_OUT, f"{key.name}: {missing}", key=key)
    return stands and missing is None


def _plan_server(draft: Draft, built: Object) -> None:
    key = key_of(built)
    stands, live = draft.want(Step.SERVERS, built), draft.live(key)
    missing = missing_of_stateful_set(live) if stands and live is not None else "it is being applied"
    if missing is not None:
        draft.wait(Step.SERVERS, Reason.STARTING_SERVERS, f"{key.name}: {missing}", key=key)


def _waits_for_claims(draft: Draft, built: Object) -> bool:
    """Whether volumes of the StatefulSet before it are still going: a pod would wait for them without end."""
    key = key_of(built)
    going = [claim for claim in draft.observed.claims if "deletionTimestamp" in claim["metadata"]]
    own = [claim for claim in going if f"-{key.name}-" in claim["metadata"]["name"]]
    if draft.live(key) is not None or not own:
        return False
    message = f"volumes of the {key.name} before are still being deleted"
    draft.wait(Step.SERVERS, Reason.STARTING_SERVERS, message, key=key)
    return True


def _changes_template(draft: Draft, built: Object) -> bool:
    live = draft.live(key_of(built))
    return live is not None and template_of(live) != template_of(built)


def _is_rolled_out(draft: Draft, built: Object) -> bool:
    live = draft.live(key_of(built))
    return live is not None and template_of(live) == template_of(built) and missing_of_deployment(live) is None


def _unfinished(unwanted: Unwanted) -> list[Object]:
    """Superseded Jobs that still try what nobody wants any more."""
    jobs = [live for key, live in unwanted.items() if key.kind == JOB.kind]
    return [job for job in jobs if not is_complete(job) and "deletionTimestamp" not in job["metadata"]]


def _grow(claim: Object) -> Change:
    size = claim["spec"]["resources"]["requests"]["storage"]
    why = f"the volume is to have {size}"
    return Change(step=Step.SERVERS, verb=Verb.APPLY, cause=Cause.CHANGED, built=claim, why=why)


def _is_of_another(live: Object, uid: str) -> bool:
    owners = live["metadata"].get("ownerReferences") or ()
    return any(owner["kind"] == KIND and owner["uid"] != uid for owner in owners)
