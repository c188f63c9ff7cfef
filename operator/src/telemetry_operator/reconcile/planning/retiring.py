"""What is owned and no longer wanted: when each of it may go. Pure.

- What no pod depends on (budgets, an Ingress, superseded Jobs) goes at once; an autoscaler when its count is ours.
- A consumer goes when the stream is empty (`draining`).
- Everything else goes when all pods are of the new architecture and nothing is waited for; volumes as the deletion
  policy says, which the StatefulSet's own policy is first made to say. PostgreSQL's stay whatever it says: history
  goes with the platform, and never by an edit.
"""

from collections.abc import Iterator
from typing import Final

from telemetry_contract.settings import Component
from telemetry_operator.reconcile.observed import Observed
from telemetry_operator.reconcile.plan import Step
from telemetry_operator.reconcile.planning.claims import claims_of
from telemetry_operator.reconcile.planning.draft import Draft, head_of
from telemetry_operator.reconcile.planning.draining import is_left_by_all, is_unread, plan_draining
from telemetry_operator.reconcile.planning.generated_secrets import once_made
from telemetry_operator.reconcile.planning.ownership import OURS, REPLICAS, owns
from telemetry_operator.reconcile.planning.parts import Parts, component_of
from telemetry_operator.reconcile.reasons import Reason
from telemetry_operator.resources.context import Context
from telemetry_operator.resources.naming import object_name
from telemetry_operator.resources.objects import (
    AUTOSCALER,
    DEPLOYMENT,
    DISRUPTION_BUDGET,
    INGRESS,
    JOB,
    NETWORK_POLICY,
    STATEFUL_SET,
    Key,
    Object,
    key_of,
)
from telemetry_operator.specs.layout import Server
from telemetry_operator.specs.platform import TelemetryPlatform
from telemetry_operator.specs.spec import DeletionPolicy

NOT_ASKED_FOR: Final = "the spec no longer asks for it"
RETIRER: Final = f"{OURS}-retiring"
_DONE: Final = {DeletionPolicy.RETAIN: "kept", DeletionPolicy.DELETE: "deleted"}
UNUSED_BY_PODS: Final = frozenset({AUTOSCALER.kind, DISRUPTION_BUDGET.kind, INGRESS.kind})

Unwanted = dict[Key, Object]


def unwanted_of(platform: TelemetryPlatform, context: Context, parts: Parts, observed: Observed) -> Unwanted:
    """What the platform owns and does not want, but for what is made once."""
    kept = parts.by_key.keys() | once_made(platform)
    return {key: live for key, live in observed.objects.items() if key not in kept and _is_owned(live, context.uid)}


def plan_retiring(draft: Draft, platform: TelemetryPlatform, context: Context, parts: Parts) -> None:
    unwanted = unwanted_of(platform, context, parts, draft.observed)
    is_settled = not draft.waits and not draft.changes
    for live in _free(draft, unwanted, platform, parts):
        draft.delete(Step.PRUNE, live, NOT_ASKED_FOR)
    if not unwanted:
        return
    consumer = unwanted.get(Key(DEPLOYMENT.kind, object_name(platform, Component.CONSUMER)))
    if consumer is not None:
        plan_draining(draft, platform, parts, consumer)
    elif is_settled and is_left_by_all(draft, parts):
        _plan_removal(draft, platform, unwanted)


def _plan_removal(draft: Draft, platform: TelemetryPlatform, unwanted: Unwanted) -> None:
    """Servers and what goes with them; nothing of it while a server may not go."""
    servers = [live for key, live in unwanted.items() if key.kind == STATEFUL_SET.kind]
    unready = [server for server in servers if not _may_go(draft, platform, server)]
    for key, live in unwanted.items():
        if unready and component_of(live) in {component_of(server) for server in unready}:
            continue
        if not _is_going(live) and key not in {change.key for change in draft.changes}:
            draft.delete(Step.PRUNE, live, NOT_ASKED_FOR)


def _may_go(draft: Draft, platform: TelemetryPlatform, server: Object) -> bool:
    if is_unread(server):
        message = (
            "Kafka stays: there may be readings in it that are stored nowhere else, and no consumer that could store "
            "them; set writes: kafka, with Kafka as it was, and leave it again when that is Available"
        )
        draft.wait(Step.DRAIN, Reason.DRAIN_BLOCKED, message, key=key_of(server), stuck=True)
        return False
    wanted = _policy_of_claims(platform, server)
    there = (server["spec"].get("persistentVolumeClaimRetentionPolicy") or {}).get("whenDeleted")
    if there != wanted:
        spec = {"persistentVolumeClaimRetentionPolicy": {"whenDeleted": wanted}}
        draft.lend(Step.PRUNE, {**head_of(server), "spec": spec}, RETIRER, f"its volumes are to be {_DONE[wanted]}")
        return False
    # The StatefulSet's controller takes its time to make the claims its own, or its own no longer.
    is_delete = wanted is DeletionPolicy.DELETE
    agreed = all(_goes_with(claim, server) == is_delete for claim in claims_of(server, draft.observed))
    if not agreed:
        message = f"volumes of {server['metadata']['name']} are about to be {_DONE[wanted]}"
        draft.wait(Step.PRUNE, Reason.APPLYING, message)
    return agreed


def _policy_of_claims(platform: TelemetryPlatform, server: Object) -> DeletionPolicy:
    is_history = component_of(server) == Server.POSTGRES
    return DeletionPolicy.RETAIN if is_history else platform.spec.deletion_policy


def _free(draft: Draft, unwanted: Unwanted, platform: TelemetryPlatform, parts: Parts) -> Iterator[Object]:
    """What no pod depends on, now."""
    components = {component_of(built) for built in parts.by_key.values()}
    for key, live in unwanted.items():
        is_free = key.kind in UNUSED_BY_PODS and component_of(live) in components and _has_handed_back(live, draft)
        is_policy = key.kind == NETWORK_POLICY.kind and not platform.spec.network_policy.enabled
        is_superseded = key.kind == JOB.kind
        if (is_free or is_policy or is_superseded) and not _is_going(live):
            yield live


def _has_handed_back(live: Object, draft: Draft) -> bool:
    """Whether an autoscaler's count is ours again; true of what is no autoscaler."""
    deployment = draft.live(Key(DEPLOYMENT.kind, live["metadata"]["name"]))
    return live["kind"] != AUTOSCALER.kind or deployment is None or owns(deployment, OURS, REPLICAS)


def _goes_with(claim: Object, server: Object) -> bool:
    owners = claim["metadata"].get("ownerReferences") or ()
    return any(owner["uid"] == server["metadata"]["uid"] for owner in owners)


def _is_owned(live: Object, uid: str) -> bool:
    return any(owner["uid"] == uid for owner in live["metadata"].get("ownerReferences") or ())


def _is_going(live: Object) -> bool:
    return "deletionTimestamp" in live["metadata"]
