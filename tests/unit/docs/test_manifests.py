from pathlib import Path

import pytest
from pydantic import BaseModel

from telemetry_operator.specs.benchmark import TelemetryBenchmark
from telemetry_operator.specs.comparison import ArchitectureComparison
from telemetry_operator.specs.manifest import parse_all, read_manifest
from telemetry_operator.specs.platform import TelemetryPlatform
from tests.support.manifests import EXAMPLES, PLATFORMS
from tests.unit.docs.markdown import FILES, code_blocks


@pytest.mark.parametrize("path", PLATFORMS, ids=lambda path: path.name)
def test_an_example_is_valid_and_named_as_its_file(path: Path) -> None:
    assert read_manifest(path).metadata.name == path.stem


def test_the_benchmark_among_the_examples_is_valid() -> None:
    assert parse_all(TelemetryBenchmark, (EXAMPLES / "benchmark.yaml").read_text())


@pytest.mark.parametrize("name", ["comparison", "comparison-rates", "comparison-short"])
def test_a_comparison_among_the_examples_is_valid_and_named_as_its_file(name: str) -> None:
    (manifest,) = parse_all(ArchitectureComparison, (EXAMPLES / f"{name}.yaml").read_text())
    assert manifest.metadata.name in (name, name.removeprefix("comparison-"))


@pytest.mark.parametrize("path", FILES, ids=str)
def test_manifests_in_the_text_are_valid(path: Path) -> None:
    for block in code_blocks(path, "yaml"):
        assert parse_all(kind_of(block), block, source=str(path))


def kind_of(text: str) -> type[BaseModel]:
    kinds: tuple[type[BaseModel], ...] = (TelemetryBenchmark, ArchitectureComparison)
    return next((kind for kind in kinds if f"kind: {kind.__name__}" in text), TelemetryPlatform)
