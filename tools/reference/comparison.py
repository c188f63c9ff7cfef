"""`docs/comparison-fields.md`: every field of an ArchitectureComparison and of its status, from the models."""

from typing import Final

from telemetry_operator.specs.comparison import ComparisonSpec
from telemetry_operator.specs.comparison_status import ComparisonStatus
from tools.reference.manifest import blocks, describe
from tools.reference.markdown import page

INTRO: Final = """\
# ArchitectureComparison, field by field

What a comparison may ask for, and what the operator says of it. [benchmarks.md](benchmarks.md#a-comparison) says what
it all means; `telemetryctl validate FILE` tells all faults of a manifest at once, `telemetryctl compare FILE --plan`
what would be run.

This page is made from the models by `make docs`.
"""


def build_comparison() -> str:
    models = dict.fromkeys([*blocks(ComparisonSpec), *blocks(ComparisonStatus)])
    return page(INTRO, *(part for model in models for part in describe(model)))
