"""Which field manager has which field, as the API server keeps it in `metadata.managedFields`. Pure."""

import json
from collections.abc import Iterator, Mapping
from typing import Any, Final

from telemetry_operator.reconcile.planning.differences import Path
from telemetry_operator.resources.naming import FIELD_MANAGER
from telemetry_operator.resources.objects import Object

OURS: Final = FIELD_MANAGER
"""Field managers of the operator all begin so."""
REPLICAS: Final = ("spec", "replicas")

Entry = Mapping[str, Any]


def owns(live: Object, manager: str, path: Path) -> bool:
    """Whether a manager applied the field; what it owns by other kinds of writes does not count."""
    return any(
        entry.get("manager") == manager and entry.get("operation") == "Apply" and _has(entry, path)
        for entry in _entries(live)
    )


def other_owner(live: Object, path: Path) -> str | None:
    """Who changed a field of ours: whoever has it now, or, of a field that is gone, who wrote the object last."""
    others = [entry for entry in _entries(live) if not str(entry.get("manager", "")).startswith(OURS)]
    having = [entry for entry in others if _has(entry, path)]
    latest = max(having or others, key=lambda entry: str(entry.get("time", "")), default=None)
    return None if latest is None else str(latest.get("manager"))


def _entries(live: Object) -> Iterator[Entry]:
    """All managers of the object but those of its status, whom nothing here concerns."""
    return (entry for entry in live["metadata"].get("managedFields") or () if entry.get("subresource") != "status")


def _has(entry: Entry, path: Path) -> bool:
    fields: Any = entry.get("fieldsV1") or {}
    for place in path:
        name = f"f:{place}" if isinstance(place, str) else f"k:{_keys(place)}"
        # Lists that are not merged are owned whole, and end the way down.
        if name not in fields:
            return fields == {} or isinstance(place, int)
        fields = fields[name]
    return True


def _keys(place: object) -> str:
    return json.dumps(dict(place), separators=(",", ":"), sort_keys=True) if isinstance(place, tuple) else ""
