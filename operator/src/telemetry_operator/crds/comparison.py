"""The CustomResourceDefinition of an ArchitectureComparison, whole."""

from typing import Any, Final

from telemetry_operator.crds.comparison_twins import FIXED_ONCE_BEGUN
from telemetry_operator.crds.document import GROUP, Definition, build_document
from telemetry_operator.crds.schema import build_schema
from telemetry_operator.specs.comparison import ComparisonSpec
from telemetry_operator.specs.comparison_status import ComparisonStatus

KIND: Final = "ArchitectureComparison"
PLURAL: Final = "architecturecomparisons"
NAME: Final = f"{PLURAL}.{GROUP}"

COLUMNS: Final[tuple[dict[str, Any], ...]] = (
    {"name": "Phase", "type": "string", "jsonPath": ".status.phase"},
    {"name": "Cells", "type": "string", "jsonPath": ".status.progress", "description": "Cells that are over, of all"},
    {"name": "Failed", "type": "integer", "jsonPath": ".status.cells.failed", "description": "Cells without a number"},
    {"name": "Cell", "type": "string", "jsonPath": ".status.cell.name", "description": "The one that is being run"},
    {"name": "Winner", "type": "string", "jsonPath": ".status.profiles[*].winner", "priority": 1},
    {"name": "Step", "type": "string", "jsonPath": ".status.step", "priority": 1},
    {"name": "Age", "type": "date", "jsonPath": ".metadata.creationTimestamp"},
)  # fmt: skip


def build_comparison_definition() -> dict[str, Any]:
    return build_document(
        Definition(
            kind=KIND,
            plural=PLURAL,
            short="ac",
            description="Architectures under the same loads, repeated, with what follows from them.",
            columns=COLUMNS,
            spec=build_schema(ComparisonSpec, defaults=True),
            status=build_schema(ComparisonStatus, defaults=False),
            validations=(FIXED_ONCE_BEGUN,),
        )
    )
