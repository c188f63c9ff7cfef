"""Volumes whose server is gone: whose they are then, and so whether they go with the platform. Pure.

A StatefulSet's own policy speaks for its claims while it is there. What it left behind under `Retain` is nobody's;
`Delete` makes it the platform's, and `Retain` nobody's again.
"""

from typing import Final

from telemetry_operator.reconcile.observed import Observed
from telemetry_operator.reconcile.plan import Step
from telemetry_operator.reconcile.planning.draft import Draft, head_of
from telemetry_operator.reconcile.planning.ownership import OURS
from telemetry_operator.resources.context import Context
from telemetry_operator.resources.naming import build_owner_reference
from telemetry_operator.resources.objects import STATEFUL_SET, Object
from telemetry_operator.specs.platform import TelemetryPlatform
from telemetry_operator.specs.spec import DeletionPolicy

OWNER: Final = f"{OURS}-claims"


def plan_claim_owners(draft: Draft, platform: TelemetryPlatform, context: Context) -> None:
    is_delete = platform.spec.deletion_policy is DeletionPolicy.DELETE
    for claim in draft.observed.claims:
        is_owned = any(owner["uid"] == context.uid for owner in claim["metadata"].get("ownerReferences") or ())
        if is_owned != is_delete and (is_owned or not has_server(claim, draft.observed)):
            built = _owned(claim, platform, context) if is_delete else head_of(claim)
            draft.lend(Step.FOUNDATION, built, OWNER, f"deletionPolicy is {platform.spec.deletion_policy}")


def claims_of(server: Object, observed: Observed) -> list[Object]:
    """Claims that a StatefulSet made."""
    templates = server["spec"].get("volumeClaimTemplates") or ()
    prefixes = tuple(f"{one['metadata']['name']}-{server['metadata']['name']}-" for one in templates)
    return [claim for claim in observed.claims if claim["metadata"]["name"].startswith(prefixes)]


def has_server(claim: Object, observed: Observed) -> bool:
    servers = (live for key, live in observed.objects.items() if key.kind == STATEFUL_SET.kind)
    return any(claim in claims_of(server, observed) for server in servers)


def _owned(claim: Object, platform: TelemetryPlatform, context: Context) -> Object:
    # The controller of a claim is its StatefulSet, which may come back.
    reference = {**build_owner_reference(platform, context), "controller": False}
    head = head_of(claim)
    return {**head, "metadata": {**head["metadata"], "ownerReferences": [reference]}}
