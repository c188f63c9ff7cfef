"""Writes of an operator that runs on this machine, by the API server's audit log."""

from collections import Counter

from tools.cluster import audit
from tools.cluster.audit import Request


def writes_of_the_operator(namespace: str, since: str, before: str) -> Counter[str] | None:
    """Writes in a namespace but those of the Lease, by verb and resource, between two moments (RFC 3339, UTC).

    None where there is no log to ask.
    """
    if not audit.is_there():
        return None
    found = [one for one in audit.requests_with(audit.in_namespace(namespace)) if since <= one.at < before]
    return Counter(f"{one.verb} {one.resource}" for one in found if _is_the_operators(one))


def _is_the_operators(request: Request) -> bool:
    """Whether the operator wrote: not kubectl, not the cluster's own controllers, and nothing of the Lease."""
    is_program = "kubectl" not in request.agent and not request.user.startswith("system:")
    return is_program and request.writes and not request.resource.startswith("leases")
