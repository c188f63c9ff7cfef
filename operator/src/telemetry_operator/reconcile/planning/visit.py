"""What a visit does: a pure function of the manifest and of what was observed. No clock, no history, no I/O.

The steps are those of `plan.Step`. Each plans what it wants at once and says whether the next may begin; a visit that
is killed between any two writes is carried on by the next, which decides anew from what is there.
"""

from dataclasses import dataclass, replace
from typing import Final

from telemetry_operator.generated import Entropy
from telemetry_operator.reconcile.observed import Observed
from telemetry_operator.reconcile.plan import Plan, Refusal, Step
from telemetry_operator.reconcile.planning.claims import plan_claim_owners
from telemetry_operator.reconcile.planning.draft import Draft
from telemetry_operator.reconcile.planning.generated_secrets import plan_generated
from telemetry_operator.reconcile.planning.handover import replicas_for_now
from telemetry_operator.reconcile.planning.parts import Parts, build_parts
from telemetry_operator.reconcile.planning.retiring import plan_retiring, unwanted_of
from telemetry_operator.reconcile.planning.steps import (
    plan_foundation,
    plan_prepare,
    plan_servers,
    plan_workloads,
    waits_for_predecessor,
)
from telemetry_operator.reconcile.planning.transition import staged_platform
from telemetry_operator.reconcile.reasons import Reason
from telemetry_operator.resources.addresses import SecretMissingError
from telemetry_operator.resources.context import Context, ReleaseImages
from telemetry_operator.resources.objects import SECRET, Key
from telemetry_operator.specs.manifest import ManifestError, parse_object
from telemetry_operator.specs.platform import TelemetryPlatform

DRAIN_LOOK_SECONDS: Final = 5.0
WAIT_LOOK_SECONDS: Final = 30.0
"""What is waited for changes objects, and is heard of by a watch; this is for what is not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What plans depend on beside the manifest and the cluster."""

    images: ReleaseImages
    operator_namespace: str | None
    entropy: Entropy


def plan_visit(observed: Observed, surroundings: Surroundings) -> Plan:
    """All that one visit does, and what it waits for."""
    if "deletionTimestamp" in observed.platform["metadata"]:
        return Plan(platform=None, leaving=True)
    try:
        platform = parse_object(observed.platform, source="spec")
    except ManifestError as error:
        return Plan(platform=None, refusal=Refusal(reason=Reason.INVALID_SPEC, message=str(error)))
    plan = _plan_steps(platform, observed, surroundings)
    return replace(plan, changes=(), held=plan.changes, paused=True) if platform.spec.paused else plan


def _plan_steps(platform: TelemetryPlatform, observed: Observed, surroundings: Surroundings) -> Plan:
    staged = staged_platform(platform, observed)
    context = _context(staged, observed, surroundings)
    draft = Draft(observed)
    if waits_for_predecessor(draft, context.uid) or not plan_generated(draft, staged, context, surroundings.entropy):
        return _plan_of(platform, context, draft, None)
    try:
        parts = build_parts(staged, context, observed)
    except SecretMissingError as error:
        draft.wait(Step.FOUNDATION, Reason.SECRET_MISSING, str(error), key=Key(SECRET.kind, error.secret), stuck=True)
        return _plan_of(platform, context, draft, None)
    unwanted = unwanted_of(staged, context, parts, observed)
    plan_claim_owners(draft, platform, context)
    plan_foundation(draft, parts, unwanted)
    plan_servers(draft, staged, parts)
    if plan_prepare(draft, parts, unwanted):
        plan_workloads(draft, platform, staged, parts)
        plan_retiring(draft, staged, context, parts)
    return _plan_of(platform, context, draft, parts)


def _context(platform: TelemetryPlatform, observed: Observed, surroundings: Surroundings) -> Context:
    return Context(
        uid=observed.platform["metadata"]["uid"],
        images=surroundings.images,
        secrets=observed.secrets,
        operator_namespace=surroundings.operator_namespace,
        replicas=replicas_for_now(platform, observed),
    )


def _plan_of(platform: TelemetryPlatform, context: Context, draft: Draft, parts: Parts | None) -> Plan:
    unwanted = unwanted_of(platform, context, parts, draft.observed) if parts else {}
    deleted = {change.key for change in draft.changes if change.cause.is_removal}
    return Plan(
        platform=platform,
        context=context,
        changes=tuple(draft.changes),
        waits=tuple(draft.waits),
        wanted=parts.by_key if parts else {},
        retiring=tuple(sorted(unwanted.keys() - deleted)),
        look_again_seconds=_look_again(draft),
    )


def _look_again(draft: Draft) -> float | None:
    if any(wait.step is Step.DRAIN for wait in draft.waits):
        return DRAIN_LOOK_SECONDS
    return WAIT_LOOK_SECONDS if draft.waits else None
