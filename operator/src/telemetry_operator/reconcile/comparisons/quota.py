"""The ResourceQuota of a comparison: made before its first cell, kept as it is, and taken away when it is over.

Its name is one for all comparisons of a namespace, since their pods cannot be told apart: who has made it runs cells
under it, and others wait until it is gone.
"""

import structlog

from telemetry_operator.cluster.errors import AlreadyExistsError
from telemetry_operator.cluster.protocols import Writer
from telemetry_operator.comparisons.bounding import Bound
from telemetry_operator.reconcile.comparisons.observe import is_owned
from telemetry_operator.reconcile.comparisons.observed import ObservedComparison
from telemetry_operator.reconcile.comparisons.reasons import ComparisonReason, Said
from telemetry_operator.resources.comparison import build_quota
from telemetry_operator.resources.objects import RESOURCE_QUOTA, Object

log = structlog.get_logger(__name__)


async def hold_quota(cluster: Writer, observed: ObservedComparison, bound: Bound) -> Said | None:
    """What a cell would still have to wait for; None where the quota is in force."""
    wanted, found = build_quota(observed.subject, bound.limits.hard, bound.priority_class), observed.quota
    if found is None:
        return await _make(cluster, wanted)
    if not is_owned(found, observed.subject):
        owners = [f"{one['kind']} {one['name']}" for one in found["metadata"].get("ownerReferences") or ()]
        whose = f", of {' and '.join(owners)}" if owners else ""
        name = found["metadata"]["name"]
        return Said(ComparisonReason.QUEUED, f"ResourceQuota {name}{whose}, must be gone before a cell is begun")
    if _differs(found["spec"], wanted["spec"]):
        log.warning("quota-put-back", object=wanted["metadata"]["name"])
        await cluster.apply(wanted)
        return _being_made()
    in_force = (found.get("status") or {}).get("hard") == wanted["spec"]["hard"]
    return None if in_force else _being_made()


async def release_quota(cluster: Writer, observed: ObservedComparison) -> None:
    """Take it away, for the next comparison and for whoever else has pods of its class."""
    found = observed.quota
    if found is None or not is_owned(found, observed.subject) or "deletionTimestamp" in found["metadata"]:
        return
    metadata = found["metadata"]
    await cluster.delete(RESOURCE_QUOTA, metadata["namespace"], metadata["name"], uid=metadata["uid"])


async def _make(cluster: Writer, wanted: Object) -> Said:
    try:
        await cluster.create(wanted)
    except AlreadyExistsError:
        log.info("object-stands-already", kind=wanted["kind"], object=wanted["metadata"]["name"])
    return _being_made()


def _being_made() -> Said:
    return Said(ComparisonReason.PREPARING_CELL, "the quota that holds each variant to the same limits is made")


def _differs(found: Object, wanted: Object) -> bool:
    return any(found.get(name) != value for name, value in wanted.items())
