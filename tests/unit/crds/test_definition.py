"""The definition is current, and is what the API server asks of one."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel

from telemetry_operator.crds.benchmark import COLUMNS as BENCHMARK_COLUMNS
from telemetry_operator.crds.benchmark import build_benchmark_definition
from telemetry_operator.crds.comparison import COLUMNS as COMPARISON_COLUMNS
from telemetry_operator.crds.comparison import build_comparison_definition
from telemetry_operator.crds.definition import COLUMNS, build_definition
from telemetry_operator.crds.files import build_files
from telemetry_operator.crds.schema import NotStructuralError, build_schema
from telemetry_operator.specs.benchmark_status import BenchmarkStatus
from telemetry_operator.specs.comparison_status import ComparisonStatus
from telemetry_operator.specs.status import PlatformStatus
from tests.support.api_server import ROOT, Schema

KINDS = ["platform", "benchmark", "comparison"]
ROOTS: list[Schema] = [
    document["spec"]["versions"][0]["schema"]["openAPIV3Schema"]
    for document in (build_definition(), build_benchmark_definition(), build_comparison_definition())
]
COMMITTED = Path(__file__).parents[3] / "crds"


def nodes(node: Schema, path: str = "") -> Iterator[tuple[str, Schema]]:
    yield path, node
    for name, inner in node.get("properties", {}).items():
        yield from nodes(inner, f"{path}.{name}")
    for name in ("items", "additionalProperties"):
        if name in node:
            yield from nodes(node[name], f"{path}[]")


def test_the_committed_files_say_what_the_models_say() -> None:
    assert {path.name: path.read_text() for path in COMMITTED.iterdir()} == build_files()


@pytest.mark.parametrize("root", ROOTS, ids=KINDS)
def test_each_field_has_a_description(root: Schema) -> None:
    fields = [(path, node) for path, node in nodes(root) if not path.endswith("[]")]
    assert [path for path, node in fields if not node.get("description")] == [".metadata"]


@pytest.mark.parametrize("root", ROOTS, ids=KINDS)
def test_each_node_has_one_type(root: Schema) -> None:
    assert [path for path, node in nodes(root) if ("type" in node) == ("x-kubernetes-int-or-string" in node)] == []


def test_only_single_values_have_defaults() -> None:
    defaults = {path: node["default"] for path, node in nodes(ROOT) if "default" in node}
    assert [path for path, default in defaults.items() if isinstance(default, dict | list)] == [".spec"]


@pytest.mark.parametrize("root", ROOTS[1:], ids=KINDS[1:])
def test_the_defaults_of_other_kinds_are_single_values(root: Schema) -> None:
    defaults = [node["default"] for _, node in nodes(root) if "default" in node]
    assert [default for default in defaults if isinstance(default, dict | list)] == []


@pytest.mark.parametrize("root", ROOTS, ids=KINDS)
def test_the_status_has_no_defaults(root: Schema) -> None:
    assert [path for path, node in nodes(root["properties"]["status"]) if "default" in node] == []


def test_a_default_is_told_where_the_field_is_explained() -> None:
    assert ROOT["properties"]["spec"]["properties"]["retention"]["description"].endswith("Default: 30d.")


@pytest.mark.parametrize(
    "column", [it for it in COLUMNS if it["jsonPath"].startswith(".status.")], ids=lambda it: it["name"]
)
def test_a_column_shows_a_field_of_the_status(column: dict[str, Any]) -> None:
    field = column["jsonPath"].split(".")[2].partition("[")[0]
    assert field in {info.alias for info in PlatformStatus.model_fields.values()}


@pytest.mark.parametrize(
    "column", [it for it in BENCHMARK_COLUMNS if it["jsonPath"].startswith(".status.")], ids=lambda it: it["name"]
)
def test_a_benchmarks_column_shows_a_field_of_its_status(column: dict[str, Any]) -> None:
    assert column["jsonPath"].split(".")[2] in {info.alias for info in BenchmarkStatus.model_fields.values()}


@pytest.mark.parametrize(
    "column", [it for it in COMPARISON_COLUMNS if it["jsonPath"].startswith(".status.")], ids=lambda it: it["name"]
)
def test_a_comparisons_column_shows_a_field_of_its_status(column: dict[str, Any]) -> None:
    field = column["jsonPath"].split(".")[2].partition("[")[0]
    assert field in {info.alias for info in ComparisonStatus.model_fields.values()}


def test_what_the_api_server_has_no_word_for_is_refused() -> None:
    class Odd(BaseModel):
        either: int | str

    with pytest.raises(NotStructuralError, match="anyOf"):
        build_schema(Odd, defaults=True)
