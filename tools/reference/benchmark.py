"""`docs/benchmark-fields.md`: every field of a TelemetryBenchmark and of its status, from the models."""

from typing import Final

from telemetry_operator.specs.benchmark import BenchmarkSpec
from telemetry_operator.specs.benchmark_status import BenchmarkStatus
from tools.reference.manifest import blocks, describe
from tools.reference.markdown import page

INTRO: Final = """\
# TelemetryBenchmark, field by field

What a run may ask for, and what the operator says of it. [benchmarks.md](benchmarks.md) says what it all means;
`telemetryctl validate FILE` tells all faults of a manifest at once.

This page is made from the models by `make docs`.
"""


def build_benchmark() -> str:
    models = [*blocks(BenchmarkSpec), *blocks(BenchmarkStatus)]
    return page(INTRO, *(part for model in models for part in describe(model)))
