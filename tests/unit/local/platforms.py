"""Manifests as tests need them."""

from typing import Any

from telemetry_operator.specs.platform import API_VERSION, KIND, TelemetryPlatform


def platform(architecture: str = "kafka", name: str = "plant", **spec: Any) -> TelemetryPlatform:  # noqa: ANN401 - any block
    return TelemetryPlatform.model_validate(
        {
            "apiVersion": API_VERSION,
            "kind": KIND,
            "metadata": {"name": name},
            "spec": {"architecture": architecture, **spec},
        }
    )


def external(address: str, **block: Any) -> dict[str, Any]:  # noqa: ANN401 - any field
    return {"provider": "external", "external": {"address": address, **block}}
