"""What pods of two architectures need side by side: old flows and old addresses stay beside the new. Pure.

A policy's rules are each a permission, and a pod has them all: joining the lists of two policies joins what they allow.
Pods of the old template that start again still look for their keys of the connections' Secret. What was kept for them
goes when all pods are of the new architecture.
"""

from typing import Final

from telemetry_operator.reconcile.planning.differences import first_difference
from telemetry_operator.reconcile.planning.stamps import stamp, without_mark
from telemetry_operator.resources.objects import NETWORK_POLICY, SECRET, Object

DIRECTIONS: Final = ("ingress", "egress")


def overlapping(wanted: Object, live: Object | None) -> Object:
    """The stamped object with what the live one has besides, where pods may still depend on that."""
    if live is None or wanted["kind"] not in {NETWORK_POLICY.kind, SECRET.kind}:
        return wanted
    bare = without_mark(wanted)
    if wanted["kind"] == SECRET.kind:
        return stamp({**bare, "data": {**(live.get("data") or {}), **bare["data"]}})
    rules = {name: _joined(bare["spec"].get(name) or [], live["spec"].get(name) or []) for name in DIRECTIONS}
    return stamp({**bare, "spec": {**bare["spec"], **{name: joined for name, joined in rules.items() if joined}}})


def _joined(wanted: list[Object], live: list[Object]) -> list[Object]:
    return [*wanted, *(rule for rule in live if not any(_is_same(ours, rule) for ours in wanted))]


def _is_same(ours: Object, theirs: Object) -> bool:
    head = {"kind": NETWORK_POLICY.kind}
    return not (first_difference(head | ours, theirs | head) or first_difference(head | theirs, ours | head))
