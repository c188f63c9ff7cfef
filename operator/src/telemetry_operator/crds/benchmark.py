"""The CustomResourceDefinition of a TelemetryBenchmark, whole."""

from typing import Any, Final

from telemetry_operator.crds.benchmark_twins import FIXED_ONCE_STARTED
from telemetry_operator.crds.document import GROUP, Definition, build_document
from telemetry_operator.crds.schema import build_schema
from telemetry_operator.specs.benchmark import BenchmarkSpec
from telemetry_operator.specs.benchmark_status import BenchmarkStatus

KIND: Final = "TelemetryBenchmark"
PLURAL: Final = "telemetrybenchmarks"
NAME: Final = f"{PLURAL}.{GROUP}"

COLUMNS: Final[tuple[dict[str, Any], ...]] = (
    {"name": "Platform", "type": "string", "jsonPath": ".spec.platform"},
    {"name": "Phase", "type": "string", "jsonPath": ".status.phase"},
    {"name": "Progress", "type": "string", "jsonPath": ".status.progress", "description": "How much of it is over"},
    {"name": "Verdict", "type": "string", "jsonPath": ".status.verdict"},
    {"name": "Rate", "type": "number", "jsonPath": ".status.rates.achieved", "description": "Achieved, a second"},
    {"name": "P95", "type": "string", "jsonPath": ".status.rates.p95", "description": "Of the slowest endpoint"},
    {
        "name": "Trying", "type": "number", "jsonPath": ".status.ceiling.rate", "priority": 1,
        "description": "Rate that a search tries now",
    },
    {
        "name": "Held", "type": "number", "jsonPath": ".status.ceiling.held", "priority": 1,
        "description": "Highest rate that held",
    },
    {
        "name": "Failed", "type": "number", "jsonPath": ".status.ceiling.failed", "priority": 1,
        "description": "Lowest rate that did not",
    },
    {"name": "Reason", "type": "string", "jsonPath": ".status.reason", "priority": 1},
    {"name": "Age", "type": "date", "jsonPath": ".metadata.creationTimestamp"},
)  # fmt: skip


def build_benchmark_definition() -> dict[str, Any]:
    return build_document(
        Definition(
            kind=KIND,
            plural=PLURAL,
            short="tb",
            description="One run of a workload against a telemetry platform, with its verdict.",
            columns=COLUMNS,
            spec=build_schema(BenchmarkSpec, defaults=True),
            status=build_schema(BenchmarkStatus, defaults=False),
            validations=(FIXED_ONCE_STARTED,),
        )
    )
