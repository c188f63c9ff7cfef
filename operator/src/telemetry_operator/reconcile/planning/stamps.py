"""The mark that an object carries of what was last applied, and what follows from it: to write, or to leave alone.

Pure. An object at rest is read and not written. It is written if we want something else than we last applied, or if
somebody else changed what we applied.
"""

import hashlib
from dataclasses import dataclass
from typing import Final

import msgspec

from telemetry_operator.reconcile.plan import Cause
from telemetry_operator.reconcile.planning.differences import differences, first_difference
from telemetry_operator.reconcile.planning.ownership import other_owner
from telemetry_operator.resources.objects import DEPLOYMENT, STATEFUL_SET, Object

APPLIED: Final = "telemetry.dev/applied"
TEMPLATE: Final = "telemetry.dev/template"
"""Annotation of pods: tells those of one template from those of another, without asking for ReplicaSets."""
PARTITIONS: Final = "telemetry.dev/partitions"
"""Annotation of the consumer's Deployment: of how many partitions all of its pods together must tell."""
MARKS: Final = frozenset({APPLIED, TEMPLATE})
OWN_PREFIX: Final = "telemetry.dev/"
DIGEST: Final = 12  # bytes
ROLLING_KINDS: Final = frozenset({DEPLOYMENT.kind, STATEFUL_SET.kind})


@dataclass(frozen=True, slots=True)
class Verdict:
    """Why an object is to be written."""

    cause: Cause
    why: str
    by: str | None = None
    rolls: bool = False


def stamp(built: Object) -> Object:
    """The object with its mark, and its pods with theirs."""
    marked = _with_marked_pods(built) if built["kind"] in ROLLING_KINDS else built
    return annotated(marked, APPLIED, digest_of(marked))


def needs_apply(wanted: Object, live: Object | None) -> Verdict | None:
    """Why a stamped object is to be applied; None where it stands as it should."""
    if live is None:
        return Verdict(Cause.MISSING, "there is none")
    if applied_of(live) != applied_of(wanted):
        rolls = wanted["kind"] in ROLLING_KINDS and template_of(wanted) != template_of(live)
        return Verdict(Cause.CHANGED, _why_changed(wanted, live), rolls=rolls)
    difference = first_difference(wanted, live)
    if difference is None:
        return None
    by, rolls = other_owner(live, difference.path), difference.path[:2] == ("spec", "template")
    return Verdict(Cause.DRIFTED, str(difference), by, rolls=rolls)


def applied_of(stamped: Object) -> str | None:
    annotation: str | None = (stamped["metadata"].get("annotations") or {}).get(APPLIED)
    return annotation


def template_of(holder: Object) -> str | None:
    """Mark of the pods of a Deployment or StatefulSet."""
    return mark_of_pod(holder["spec"]["template"])


def mark_of_pod(pod: Object) -> str | None:
    """Mark of a pod, or of a template of pods."""
    annotation: str | None = ((pod.get("metadata") or {}).get("annotations") or {}).get(TEMPLATE)
    return annotation


def digest_of(value: Object) -> str:
    return hashlib.blake2s(msgspec.json.encode(value, order="deterministic"), digest_size=DIGEST).hexdigest()


def _with_marked_pods(built: Object) -> Object:
    template = built["spec"]["template"]
    return {**built, "spec": {**built["spec"], "template": annotated(template, TEMPLATE, digest_of(template))}}


def annotated(holder: Object, name: str, value: str) -> Object:
    metadata = holder.get("metadata") or {}
    annotations = {**(metadata.get("annotations") or {}), name: value}
    return {**holder, "metadata": {**metadata, "annotations": annotations}}


def without_mark(stamped: Object) -> Object:
    """The object as it was before it was stamped; its pods keep their mark."""
    metadata = {name: value for name, value in stamped["metadata"].items() if name != "annotations"}
    annotations = {name: value for name, value in stamped["metadata"]["annotations"].items() if name != APPLIED}
    return {**stamped, "metadata": {**metadata, **({"annotations": annotations} if annotations else {})}}


def _why_changed(wanted: Object, live: Object) -> str:
    """The first difference that says something; a digest only where nothing else differs, and never our own mark."""
    found = [one for one in differences(wanted, live) if not MARKS.intersection(one.path)]
    telling = (one for one in found if not str(one.path[-1]).startswith(OWN_PREFIX))
    first = next(telling, found[0] if found else None)
    return str(first) if first else "a field that was applied before is no longer wanted"
