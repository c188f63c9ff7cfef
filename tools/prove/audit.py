"""Who wrote what, by the API server's audit log; only the cluster of this project's developers lets it be read."""

import json
import subprocess
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

CLUSTER: Final = Path(__file__).parents[2].parent / "shared" / "cluster" / "cluster"
WRITES: Final = frozenset({"create", "update", "patch", "delete", "deletecollection"})


def writes_of_the_operator(namespace: str, since: str, before: str) -> Counter[str] | None:
    """Writes in a namespace but those of the Lease, by verb and resource, between two moments (RFC 3339, UTC).

    None where there is no log to ask.
    """
    if not CLUSTER.exists():
        return None
    found = [entry for entry in _entries(namespace) if since <= entry["requestReceivedTimestamp"] < before]
    return Counter(f"{entry['verb']} {_resource(entry)}" for entry in found if _is_the_operators(entry))


def _entries(namespace: str) -> Iterator[dict[str, Any]]:
    needle = f'"namespace":"{namespace}"'
    with subprocess.Popen([CLUSTER, "log", "audit"], stdout=subprocess.PIPE, text=True) as reading:
        for line in reading.stdout or ():
            if needle in line:
                yield json.loads(line)


def _is_the_operators(entry: dict[str, Any]) -> bool:
    """Whether the operator wrote: not kubectl, not the cluster's own controllers, and nothing of the Lease."""
    is_program = "kubectl" not in entry["userAgent"] and not entry["user"]["username"].startswith("system:")
    return is_program and entry["verb"] in WRITES and entry["objectRef"]["resource"] != "leases"


def _resource(entry: dict[str, Any]) -> str:
    reference = entry["objectRef"]
    return "/".join(reference[part] for part in ("resource", "subresource") if part in reference)
