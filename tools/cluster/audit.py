"""The API server's audit log: who asked for what. Only the cluster of this project's developers lets it be read."""

import json
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, Self

CLUSTER: Final = Path(__file__).parents[2].parent / "shared" / "cluster" / "cluster"
WRITES: Final = frozenset({"create", "update", "patch", "delete", "deletecollection"})
CREATED: Final = 201


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One request for objects, with its answer."""

    at: str
    """When it came, RFC 3339 in UTC to the microsecond, so that moments compare as texts."""
    user: str
    agent: str
    verb: str
    group: str
    resource: str
    """With its subresource, if it has one: `pods/log`."""
    namespace: str
    name: str
    code: int
    allowed: bool

    @classmethod
    def of(cls, entry: dict[str, Any]) -> Self | None:
        """None of an entry that is about no object, such as a document of the API's own."""
        reference = entry.get("objectRef")
        if reference is None:
            return None
        parts = (reference[part] for part in ("resource", "subresource") if part in reference)
        return cls(
            at=entry["requestReceivedTimestamp"],
            user=entry["user"]["username"],
            agent=entry.get("userAgent", ""),
            verb=entry["verb"],
            group=reference.get("apiGroup", ""),
            resource="/".join(parts),
            namespace=reference.get("namespace", ""),
            name=reference.get("name", ""),
            code=entry.get("responseStatus", {}).get("code", 0),
            allowed=entry.get("annotations", {}).get("authorization.k8s.io/decision") != "forbid",
        )

    @property
    def writes(self) -> bool:
        return self.verb in WRITES


def is_there() -> bool:
    return CLUSTER.exists()


def requests_with(needle: str) -> Iterator[Request]:
    """Requests whose line in the log has this text in it, oldest first."""
    with subprocess.Popen([CLUSTER, "log", "audit"], stdout=subprocess.PIPE, text=True) as reading:
        for line in reading.stdout or ():
            # What is being written just now ends in the middle of a line.
            is_whole = line.endswith("\n")
            if is_whole and needle in line and (request := Request.of(json.loads(line))):
                yield request


def in_namespace(namespace: str) -> str:
    """The text that lines of one namespace have in them."""
    return f'"namespace":"{namespace}"'


def now() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
