"""What a comparison makes in a cluster: of each cell its platform, its benchmark and its record; one quota. Pure.

All of it is owned by the comparison, so deleting that leaves nothing; a cell's objects carry a name of their own, so
that no data of one reaches another.
"""

import hashlib
from typing import Any, Final

from telemetry_loadtest.comparison_plan import PlannedCell
from telemetry_operator.resources.naming import COMPONENT_LABEL, MANAGED_BY, part_name
from telemetry_operator.resources.objects import CONFIG_MAP, RESOURCE_QUOTA, Object
from telemetry_operator.specs.benchmark import TelemetryBenchmark
from telemetry_operator.specs.platform import API_VERSION, KIND
from telemetry_operator.specs.spec import DeletionPolicy

COMPARISON_LABEL: Final = "telemetry.dev/comparison"
RECORD: Final = "comparison-record"
RECORD_KEY: Final = "record.json"
QUOTA: Final = "telemetry-comparison"
"""One name in each namespace: quotas of two comparisons would each count the pods of both."""
_LONGEST_VARIANT: Final = 16  # characters of it in a name, for people; the place alone tells cells apart


def cell_object_name(comparison: str, cell: PlannedCell) -> str:
    """Name of a cell's platform and of its benchmark."""
    return part_name(comparison, f"{cell.place}-{cell.variant[:_LONGEST_VARIANT].rstrip('-')}")


def build_cell_platform(comparison: Object, cell: PlannedCell, spec: dict[str, Any]) -> Object:
    """The platform of a cell, whose data goes with it whatever its spec says."""
    name = cell_object_name(comparison["metadata"]["name"], cell)
    head = _head(comparison, {"apiVersion": API_VERSION, "kind": KIND}, name)
    return {**head, "spec": {**spec, "deletionPolicy": DeletionPolicy.DELETE.value}}


def build_cell_benchmark(comparison: Object, benchmark: TelemetryBenchmark, name: str) -> Object:
    head = _head(comparison, {"apiVersion": API_VERSION, "kind": TelemetryBenchmark.__name__}, name)
    return {**head, "spec": benchmark.spec.model_dump(mode="json", by_alias=True, exclude_none=True)}


def build_record(comparison: Object, cell: str, text: bytes) -> Object:
    """The record of the cell of this name."""
    digest = hashlib.sha256(cell.encode()).hexdigest()[:10]
    name = part_name(comparison["metadata"]["name"], f"cell-{digest}")
    head = _head(comparison, {"apiVersion": CONFIG_MAP.api_version, "kind": CONFIG_MAP.kind}, name)
    head["metadata"]["labels"][COMPONENT_LABEL] = RECORD
    return {**head, "data": {RECORD_KEY: text.decode()}}


def build_quota(comparison: Object, hard: dict[str, str], priority_class: str) -> Object:
    """What bounds the pods of this PriorityClass in the comparison's namespace."""
    head = _head(comparison, {"apiVersion": RESOURCE_QUOTA.api_version, "kind": RESOURCE_QUOTA.kind}, QUOTA)
    of_the_class = {"scopeName": "PriorityClass", "operator": "In", "values": [priority_class]}
    return {**head, "spec": {"hard": hard, "scopeSelector": {"matchExpressions": [of_the_class]}}}


def _head(comparison: Object, kind: dict[str, str], name: str) -> Object:
    metadata = comparison["metadata"]
    owner = {"apiVersion": comparison["apiVersion"], "kind": comparison["kind"], "name": metadata["name"]}
    return {
        **kind,
        "metadata": {
            "name": name,
            "namespace": metadata["namespace"],
            "labels": {**MANAGED_BY, COMPARISON_LABEL: metadata["name"]},
            "ownerReferences": [{**owner, "uid": metadata["uid"], "controller": True}],
        },
    }
