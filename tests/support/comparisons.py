"""Comparisons for tests: a manifest from the few fields that a test is about."""

from typing import Any, Final

from telemetry_operator.specs.comparison import ArchitectureComparison
from telemetry_operator.specs.manifest import ManifestError, parse_object_of
from telemetry_operator.specs.platform import API_VERSION

TWO: Final = [{"architecture": "baseline"}, {"architecture": "redis"}]


def comparison_manifest(name: str = "which", namespace: str | None = None, **spec: Any) -> dict[str, Any]:  # noqa: ANN401
    place = {"namespace": namespace} if namespace else {}
    head = {"apiVersion": API_VERSION, "kind": "ArchitectureComparison", "metadata": {"name": name, **place}}
    return {**head, "spec": {"variants": TWO, **spec}}


def comparison_faults(manifest: dict[str, Any]) -> str:
    """What the models have against a manifest, one line each; empty where they accept it."""
    try:
        parse_object_of(ArchitectureComparison, manifest)
    except ManifestError as error:
        return str(error)
    return ""
