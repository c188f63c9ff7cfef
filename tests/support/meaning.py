"""What a platform's spec means: its values, and which of its blocks were written down."""

from typing import Any

from telemetry_operator.specs.base import SpecModel
from telemetry_operator.specs.platform import TelemetryPlatform


def meaning_of(platform: TelemetryPlatform) -> tuple[dict[str, Any], dict[str, Any]]:
    return platform.spec.model_dump(mode="json"), blocks_written(platform.spec)


def blocks_written(block: SpecModel) -> dict[str, Any]:
    """The blocks within one that stand there themselves, rather than by their defaults."""
    fields = {name: getattr(block, name) for name in block.model_fields_set}
    return {name: blocks_written(inner) for name, inner in fields.items() if isinstance(inner, SpecModel)}
