"""Benchmarks for tests: a manifest from the few fields that a test is about."""

from typing import Any

from telemetry_operator.specs.benchmark import TelemetryBenchmark
from telemetry_operator.specs.manifest import ManifestError, parse_object_of
from telemetry_operator.specs.platform import API_VERSION


def benchmark_manifest(name: str = "evening", namespace: str | None = None, **spec: Any) -> dict[str, Any]:  # noqa: ANN401
    place = {"namespace": namespace} if namespace else {}
    head = {"apiVersion": API_VERSION, "kind": "TelemetryBenchmark", "metadata": {"name": name, **place}}
    return {**head, "spec": {"platform": "demo", **spec}}


def benchmark_faults(manifest: dict[str, Any]) -> str:
    """What the models have against a manifest, one line each; empty where they accept it."""
    try:
        parse_object_of(TelemetryBenchmark, manifest)
    except ManifestError as error:
        return str(error)
    return ""
