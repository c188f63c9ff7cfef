"""Secrets and the ConfigMap that are made once: when they may be made, when they were lost, and who owns them. Pure.

They are created and never applied, so that nothing rewrites their data; only their owner is applied, by itself. What
was once used and is gone was lost: making it anew would close for good what the old one opens, or open to revoked
devices what it had closed to them.
"""

from collections.abc import Iterator
from typing import Final

from telemetry_operator.generated import Entropy
from telemetry_operator.reconcile.observed import Observed
from telemetry_operator.reconcile.plan import Cause, Change, Step, Verb
from telemetry_operator.reconcile.planning.draft import Draft
from telemetry_operator.reconcile.reasons import Reason
from telemetry_operator.resources.context import Context
from telemetry_operator.resources.credentials import (
    KEYS,
    GeneratedSecret,
    build_revocations,
    build_secret,
    secret_names,
    wanted_secrets,
)
from telemetry_operator.resources.files import revocations_config_map_name
from telemetry_operator.resources.naming import build_owner_reference, object_name
from telemetry_operator.resources.objects import CONFIG_MAP, DEPLOYMENT, SECRET, Key, Object
from telemetry_operator.specs.layout import Server
from telemetry_operator.specs.platform import TelemetryPlatform
from telemetry_operator.specs.spec import DeletionPolicy
from telemetry_operator.specs.status import read_status

STEP: Final = Step.FOUNDATION
REVOCATIONS: Final = "revocations"


def plan_generated(draft: Draft, platform: TelemetryPlatform, context: Context, entropy: Entropy) -> bool:
    """Plan what is to be made once; whether all that is needed is there, the spec's own Secrets included."""
    observed = draft.observed
    missing = [wanted for wanted in wanted_secrets(platform) if wanted.name not in observed.secrets]
    lost = [wanted for wanted in missing if is_lost(wanted, observed)]
    for wanted in lost:
        draft.wait(STEP, Reason.SECRET_MISSING, _told_lost(wanted), key=Key(SECRET.kind, wanted.name), stuck=True)
    for name in sorted(_named_and_missing(platform, observed)):
        message = f"there is no Secret {name}, which the manifest names: create it in the platform's namespace"
        draft.wait(STEP, Reason.SECRET_MISSING, message, key=Key(SECRET.kind, name), stuck=True)
    if not lost:
        draft.add(_create(build_secret(wanted, platform, context, entropy)) for wanted in missing)
    draft.add(_own(platform, context, observed))
    return _plan_revocations(draft, platform, context) and not missing and not draft.waits


def is_lost(wanted: GeneratedSecret, observed: Observed) -> bool:
    """Whether the Secret was there before: something is closed with it, or runs with it."""
    if wanted.server is not None:
        return not _claims_of(observed).isdisjoint(wanted.claims)
    return _was_mounted(Key(SECRET.kind, wanted.name), observed)


def mounted_by(deployment: Object) -> set[Key]:
    """Secrets and ConfigMaps that the pods of a Deployment mount."""
    volumes = deployment["spec"]["template"]["spec"].get("volumes") or ()
    secrets = {Key(SECRET.kind, volume["secret"]["secretName"]) for volume in volumes if "secret" in volume}
    return secrets | {Key(CONFIG_MAP.kind, volume["configMap"]["name"]) for volume in volumes if "configMap" in volume}


def _was_mounted(key: Key, observed: Observed) -> bool:
    """Whether programs run with it, or ran with it before all of them were deleted."""
    deployments = [found for found_key, found in observed.objects.items() if found_key.kind == DEPLOYMENT.kind]
    if deployments:
        return any(key in mounted_by(deployment) for deployment in deployments)
    # A platform that comes back to its data comes back to its devices, too.
    return bool(_claims_of(observed)) or read_status(observed.platform).first_available_time is not None


def _claims_of(observed: Observed) -> set[str]:
    return {claim["metadata"]["name"] for claim in observed.claims if "deletionTimestamp" not in claim["metadata"]}


def once_made(platform: TelemetryPlatform) -> frozenset[Key]:
    """All that may ever be made once for the platform, wanted just now or not: what it opens may come back."""
    secrets = {Key(SECRET.kind, object_name(platform, suffix)) for suffix in (KEYS, *Server)}
    return frozenset(secrets | {Key(CONFIG_MAP.kind, object_name(platform, REVOCATIONS))})


def _named_and_missing(platform: TelemetryPlatform, observed: Observed) -> set[str]:
    generated = {wanted.name for wanted in wanted_secrets(platform)}
    return set(secret_names(platform)) - generated - set(observed.secrets)


def _plan_revocations(draft: Draft, platform: TelemetryPlatform, context: Context) -> bool:
    key = Key(CONFIG_MAP.kind, revocations_config_map_name(platform))
    if key.name in draft.observed.config_maps or draft.live(key):
        return True
    built = build_revocations(platform, context)
    if built is None:
        message = f"there is no ConfigMap {key.name}, which the manifest names: create it in the platform's namespace"
        draft.wait(STEP, Reason.REVOCATIONS_MISSING, message, key=key, stuck=True)
        return False
    if _was_mounted(key, draft.observed):
        message = f"ConfigMap {key.name} is gone, and an empty one would let revoked devices in: restore it"
        draft.wait(STEP, Reason.REVOCATIONS_MISSING, f"{message}, see the runbook", key=key, stuck=True)
        return False
    if not draft.waits:
        draft.add([_create(built)])
    return True


def _create(built: Object) -> Change:
    # Whoever creates an object with an owner cannot take the owner from it by applying: that is done apart.
    metadata = {name: value for name, value in built["metadata"].items() if name != "ownerReferences"}
    bare = {**built, "metadata": metadata}
    return Change(step=STEP, verb=Verb.CREATE, cause=Cause.MISSING, built=bare, why="there is none")


def _own(platform: TelemetryPlatform, context: Context, observed: Observed) -> Iterator[Change]:
    """What gives objects that are there to the platform, or takes them from it, as the deletion policy says."""
    reference = build_owner_reference(platform, context)
    is_wanted = platform.spec.deletion_policy is DeletionPolicy.DELETE
    for key in sorted(once_made(platform)):
        live = observed.objects.get(key)
        if live is None:
            continue
        is_owned = any(one["uid"] == context.uid for one in live["metadata"].get("ownerReferences") or ())
        if is_owned != is_wanted:
            metadata = {name: live["metadata"][name] for name in ("name", "namespace", "uid")}
            owners = {"ownerReferences": [reference]} if is_wanted else {}
            head = {"apiVersion": live["apiVersion"], "kind": key.kind, "metadata": {**metadata, **owners}}
            why = f"deletionPolicy is {platform.spec.deletion_policy}"
            yield Change(step=STEP, verb=Verb.APPLY, cause=Cause.CHANGED, built=head, why=why)


def _told_lost(wanted: GeneratedSecret) -> str:
    opens = f"the volumes of {wanted.server}" if wanted.server else "what devices and tokens log in with"
    return f"Secret {wanted.name} is gone, and no new one would open {opens}: restore it, see the runbook"
