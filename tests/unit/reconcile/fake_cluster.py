"""A cluster of plain objects: server-side apply with its ownership of fields, and controllers that run when told to.

Lists are owned whole, which is coarser than the API server; what it does with them is proved on a real one.
"""

import copy
from collections.abc import Iterator, Mapping
from itertools import count
from typing import Any

from telemetry_operator.cluster.errors import AlreadyExistsError, ConflictError, NotFoundError
from telemetry_operator.cluster.kinds import PLATFORM
from telemetry_operator.resources.naming import FIELD_MANAGER
from telemetry_operator.resources.objects import Kind, Object

NAMESPACE = "farm"
Leaf = tuple[str, ...]


class FakeCluster:
    """Objects of one namespace."""

    def __init__(self) -> None:
        self.objects: dict[tuple[str, str], Object] = {}
        self.writes: list[str] = []
        self.remembered: dict[tuple[str, str], Object] | None = None
        """What recent lists show, where they lag behind."""
        self.lists_as_of_now = 0
        self.stalled: set[str] = set()
        """Names of Deployments, StatefulSets and Jobs whose pods do not become ready."""
        self._applied: dict[tuple[str, str], dict[str, dict[Leaf, Any]]] = {}
        self._numbers = count(1)

    # What the operator asks.

    async def list(
        self,
        kind: Kind,
        _namespace: str | None,
        *,
        labels: Mapping[str, str] | None = None,
        fields: str = "",
        recent: bool = False,
    ) -> tuple[Object, ...]:
        assert not labels or not fields
        wanted = (labels or {}).items()
        self.lists_as_of_now += not recent
        seen = self.remembered if recent and self.remembered is not None else self.objects
        found = [live for (name, _), live in sorted(seen.items()) if name == kind.kind]
        return tuple(copy.deepcopy(live) for live in found if wanted <= (live["metadata"].get("labels") or {}).items())

    async def get(self, kind: Kind, _namespace: str, name: str) -> Object | None:
        return copy.deepcopy(self.objects.get((kind.kind, name)))

    async def create(self, built: Object) -> Object:
        key = _key(built)
        if key in self.objects:
            raise AlreadyExistsError(f"{key} already exists")
        self._note("create", key)
        self.objects[key] = self._born(built)
        return self.objects[key]

    async def apply(self, built: Object, *, force: bool = True, manager: str = FIELD_MANAGER) -> Object:
        assert force
        key = _key(built)
        live = self.objects.get(key)
        uid = built["metadata"].get("uid")
        if uid is not None and (live is None or live["metadata"]["uid"] != uid):
            raise ConflictError(f"{key} is not of uid {uid}")
        self._note(f"apply as {manager}", key)
        before = {} if live is None else copy.deepcopy(live["spec"]) if "spec" in live else {}
        live = self.objects.setdefault(
            key, self._born({name: built[name] for name in ("apiVersion", "kind", "metadata")})
        )
        self._merge(key, live, dict(_leaves(built)), manager)
        if live.get("spec") != before:
            live["metadata"]["generation"] += 1
        return live

    async def overwrite(self, built: Object, *, manager: str) -> Object:
        key = _key(built)
        self._note(f"overwrite as {manager}", key)
        for path, value in _leaves(built):
            _set(self.objects[key], path, value)
        return self.objects[key]

    async def delete(self, kind: Kind, _namespace: str, name: str, *, uid: str | None = None) -> bool:
        live = self.objects.get((kind.kind, name))
        if live is None:
            return False
        if uid is not None and live["metadata"]["uid"] != uid:
            raise ConflictError(f"{name} is not of uid {uid}")
        self._note("delete", (kind.kind, name))
        self.remove(kind.kind, name)
        return True

    # What others do.

    def remove(self, kind: str, name: str) -> None:
        live = self.objects.pop((kind, name), None)
        self._applied.pop((kind, name), None)
        if live is None:
            raise NotFoundError(name)
        self._pods(live, 0)
        retention = (live.get("spec") or {}).get("persistentVolumeClaimRetentionPolicy") or {}
        if retention.get("whenDeleted") == "Delete":
            for key in [key for key in self.objects if key[0] == "PersistentVolumeClaim" and f"-{name}-" in key[1]]:
                del self.objects[key]

    def put_platform(self, name: str, spec: Object) -> None:
        """Make the platform, or change all of its spec."""
        key = (PLATFORM.kind, name)
        built = {"apiVersion": PLATFORM.api_version, "kind": PLATFORM.kind}
        metadata = {"name": name, "namespace": NAMESPACE}
        live = self.objects.setdefault(key, self._born({**built, "metadata": metadata}))
        live["spec"] = spec
        live["metadata"]["generation"] += 1

    def change(self, kind: str, name: str, path: Leaf, value: Any, *, manager: str = "kubectl-edit") -> None:  # noqa: ANN401
        """Write one field as somebody else does, who is its owner from then on."""
        key = (kind, name)
        for fields in self._applied.setdefault(key, {}).values():
            fields.pop(path, None)
        _set(self.objects[key], path, value)
        self.objects[key]["metadata"]["managedFields"] = [
            *_managed(self._applied[key]),
            {"manager": manager, "operation": "Update", "fieldsV1": _fields([path]), "time": "2026-01-01T00:00:00Z"},
        ]
        self.objects[key]["metadata"]["generation"] += 1

    def run_controllers(self) -> None:
        """Everything becomes ready that is not stalled."""
        for (kind, name), live in list(self.objects.items()):
            if kind in {"Deployment", "StatefulSet"}:
                self._run(live, is_ready=name not in self.stalled)
            elif kind == "Job" and name not in self.stalled:
                live["status"] = {"conditions": [{"type": "Complete", "status": "True"}]}

    def _run(self, live: Object, *, is_ready: bool) -> None:
        wanted = live["spec"].get("replicas", 1)
        live["spec"].setdefault("replicas", wanted)
        ready = wanted if is_ready else 0
        live["status"] = {
            "observedGeneration": live["metadata"]["generation"],
            "replicas": wanted,
            "updatedReplicas": wanted,
            "readyReplicas": ready,
            "availableReplicas": ready,
        }
        self._pods(live, wanted)
        for template in live["spec"].get("volumeClaimTemplates") or ():
            for number in range(wanted):
                self._claim(live, template, number)

    def _claim(self, owner: Object, template: Object, number: int) -> None:
        name = f"{template['metadata']['name']}-{owner['metadata']['name']}-{number}"
        metadata = {**template["metadata"], "name": name, "namespace": NAMESPACE}
        key = ("PersistentVolumeClaim", name)
        claim = self.objects.setdefault(key, self._born({**template, "metadata": metadata}))
        goes = owner["spec"]["persistentVolumeClaimRetentionPolicy"]["whenDeleted"] == "Delete"
        reference = {"kind": "StatefulSet", "uid": owner["metadata"]["uid"]}
        claim["metadata"]["ownerReferences"] = [reference] if goes else []

    def _pods(self, owner: Object, wanted: int) -> None:
        prefix = f"{owner['metadata']['name']}-pod-"
        for key in [key for key in self.objects if key[0] == "Pod" and key[1].startswith(prefix)]:
            del self.objects[key]
        for number in range(wanted):
            metadata = {**owner["spec"]["template"]["metadata"], "name": f"{prefix}{number}", "namespace": NAMESPACE}
            pod = {"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "status": {"phase": "Running"}}
            self.objects["Pod", metadata["name"]] = self._born(pod)

    # Server-side apply.

    def _merge(self, key: tuple[str, str], live: Object, fields: dict[Leaf, Any], manager: str) -> None:
        managers = self._applied.setdefault(key, {})
        gone = managers.get(manager, {}).keys() - fields.keys()
        managers[manager] = fields
        for path in gone:
            if not any(path in others for others in managers.values()):
                _unset(live, path)
        for path, value in fields.items():
            for others in (others for name, others in managers.items() if name != manager):
                if path in others and others[path] != value:
                    del others[path]
            _set(live, path, copy.deepcopy(value))
        live["metadata"]["managedFields"] = _managed(managers)

    def _born(self, built: Object) -> Object:
        live = copy.deepcopy(built)
        live["metadata"] |= {"uid": f"uid-{next(self._numbers)}", "generation": 1, "namespace": NAMESPACE}
        return live

    def _note(self, verb: str, key: tuple[str, str]) -> None:
        self.writes.append(f"{verb} {key[0]}/{key[1]}")


def _key(built: Object) -> tuple[str, str]:
    return built["kind"], built["metadata"]["name"]


def _leaves(value: Any, path: Leaf = ()) -> Iterator[tuple[Leaf, Any]]:  # noqa: ANN401 - JSON
    if isinstance(value, dict) and value:
        for name, inner in value.items():
            if path or name not in {"apiVersion", "kind"}:
                yield from _leaves(inner, (*path, name))
    elif path not in {("metadata", "name"), ("metadata", "namespace"), ("metadata", "uid")}:
        yield path, value


def _set(live: Object, path: Leaf, value: Any) -> None:  # noqa: ANN401 - JSON
    for name in path[:-1]:
        live = live.setdefault(name, {})
    live[path[-1]] = value


def _unset(live: Object, path: Leaf) -> None:
    for name in path[:-1]:
        live = live.get(name, {})
    live.pop(path[-1], None)


def _managed(managers: dict[str, dict[Leaf, Any]]) -> list[Object]:
    return [
        {"manager": name, "operation": "Apply", "fieldsV1": _fields(list(fields))} for name, fields in managers.items()
    ]


def _fields(paths: list[Leaf]) -> Object:
    fields: Object = {}
    for path in paths:
        here = fields
        for name in path:
            here = here.setdefault(f"f:{name}", {})
    return fields
