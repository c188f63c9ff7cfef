"""What `telemetryctl validate` says of a benchmark or a comparison: which load it would be, and on what."""

from collections.abc import Iterator

from telemetry_operator.specs.benchmark import BenchmarkSpec, TelemetryBenchmark, Workload
from telemetry_operator.specs.comparison import ArchitectureComparison

Plain = dict[str, object]


def plain_benchmark(benchmark: TelemetryBenchmark) -> Plain:
    spec = benchmark.spec
    return {
        "name": benchmark.metadata.name,
        "platform": spec.platform,
        "requests": {str(endpoint): parts for endpoint, parts in spec.called.items()},
        "suite": spec.suite,
        "stages": len(spec.stages),
        "seconds": seconds_of(spec) if spec.stages else None,
    }


def plain_comparison(comparison: ArchitectureComparison) -> Plain:
    spec = comparison.spec
    return {
        "name": comparison.metadata.name,
        "variants": [variant.title for variant in spec.variants],
        "profiles": [profile.value for profile in spec.profiles],
        "blocks": spec.blocks,
        "metric": spec.metric.name.value,
        "endpoint": spec.metric.endpoint,
        "cells": cells_in(comparison),
    }


def benchmark_rows(benchmark: TelemetryBenchmark) -> Iterator[tuple[str, str]]:
    spec = benchmark.spec
    yield "platform", spec.platform
    yield "load", load_in_words(spec)
    yield "requests", ", ".join(f"{endpoint} {parts:g}" for endpoint, parts in spec.called.items())


def comparison_rows(comparison: ArchitectureComparison) -> Iterator[tuple[str, str]]:
    spec = comparison.spec
    endpoint = f" of {spec.metric.endpoint}" if spec.metric.endpoint else ""
    yield "variants", ", ".join(variant.title for variant in spec.variants)
    yield "profiles", ", ".join(profile.value for profile in spec.profiles)
    yield "what decides", f"{spec.metric.name}{endpoint}"
    yield "runs", f"{cells_in(comparison)} in {spec.blocks} blocks"


def cells_in(comparison: ArchitectureComparison) -> int:
    """How many runs it is, those for the noise floor left out."""
    spec = comparison.spec
    return len(spec.variants) * len(spec.profiles) * spec.blocks


def load_in_words(spec: BenchmarkSpec) -> str:
    if spec.suite is not None:
        return f"suite {spec.suite}"
    count = len(spec.stages)
    return f"{count} {'stage' if count == 1 else 'stages'}, {seconds_of(spec):g} s, behind a warm-up of {spec.warm_up}"


def seconds_of(spec: Workload) -> float:
    return sum(seconds for stage in spec.stages for seconds, _, _ in stage.pieces)
