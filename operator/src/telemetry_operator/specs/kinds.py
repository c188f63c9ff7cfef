"""A text of any of our kinds, each document by what it says of itself."""

from typing import Final, Literal, TypeAlias

from pydantic import BaseModel

from telemetry_operator.specs.base import SpecModel
from telemetry_operator.specs.benchmark import TelemetryBenchmark
from telemetry_operator.specs.comparison import ArchitectureComparison
from telemetry_operator.specs.manifest import parse_each
from telemetry_operator.specs.platform import TelemetryPlatform

Manifest: TypeAlias = TelemetryPlatform | TelemetryBenchmark | ArchitectureComparison

KINDS: Final[dict[str, type[SpecModel]]] = {
    kind.__name__: kind for kind in (TelemetryPlatform, TelemetryBenchmark, ArchitectureComparison)
}


class _AnyKind(SpecModel):
    """What a document that is of no kind of ours is told: which there are."""

    api_version: Literal["telemetry.dev/v1alpha1"]
    kind: Literal["TelemetryPlatform", "TelemetryBenchmark", "ArchitectureComparison"]


def parse_kinds(text: str, *, source: str = "manifest") -> list[BaseModel]:
    """All objects of any kind that a text describes, at least one.

    Raises:
        ManifestError: the text is not YAML, is empty, or one of its documents is not valid.
    """
    return parse_each(_kind_of, text, source=source)


def _kind_of(value: object) -> type[BaseModel]:
    kind = value.get("kind") if isinstance(value, dict) else None
    return KINDS.get(kind, _AnyKind) if isinstance(kind, str) else _AnyKind
