"""Manifests for tests: a platform from the few fields that a test is about."""

from pathlib import Path
from typing import Any

from telemetry_operator.specs.manifest import ManifestError, parse_object
from telemetry_operator.specs.platform import API_VERSION, KIND, TelemetryPlatform

EXAMPLES = Path(__file__).parents[2] / "examples"
PLATFORMS = sorted(path for path in EXAMPLES.glob("*.yaml") if f"kind: {KIND}\n" in path.read_text(encoding="utf-8"))
"""The examples that describe a platform; others describe what is done with one."""


def manifest_of(name: str = "demo", namespace: str | None = None, **spec: Any) -> dict[str, Any]:  # noqa: ANN401
    place = {"namespace": namespace} if namespace else {}
    return {"apiVersion": API_VERSION, "kind": KIND, "metadata": {"name": name, **place}, "spec": spec}


def platform_of(name: str = "demo", namespace: str | None = None, **spec: Any) -> TelemetryPlatform:  # noqa: ANN401
    """The platform with these fields of the spec, in camelCase as a manifest has them."""
    return TelemetryPlatform.model_validate(manifest_of(name, namespace, **spec))


def faults_of(manifest: dict[str, Any]) -> str:
    """What the models have against a manifest, one line each; empty where they accept it."""
    try:
        parse_object(manifest)
    except ManifestError as error:
        return str(error)
    return ""
