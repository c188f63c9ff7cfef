import pytest
from pydantic import BaseModel
from tools.reference.manifest import blocks
from tools.reference.pages import DOCS

from telemetry_operator.specs.benchmark import BenchmarkSpec
from telemetry_operator.specs.benchmark_status import BenchmarkStatus
from telemetry_operator.specs.comparison import ComparisonSpec
from telemetry_operator.specs.comparison_status import ComparisonStatus

PAGES = "".join((DOCS / f"{name}.md").read_text() for name in ("platform", "benchmark-fields", "comparison-fields"))
BLOCKS = list(
    dict.fromkeys(
        [
            *blocks(),
            *blocks(BenchmarkSpec),
            *blocks(BenchmarkStatus),
            *blocks(ComparisonSpec),
            *blocks(ComparisonStatus),
        ]
    )
)


@pytest.mark.parametrize("block", BLOCKS, ids=lambda block: block.__name__)
def test_each_field_of_a_block_says_what_it_means(block: type[BaseModel]) -> None:
    assert [name for name, field in block.model_fields.items() if not field.description] == []


@pytest.mark.parametrize("block", BLOCKS, ids=lambda block: block.__name__)
def test_each_block_has_a_section_with_its_fields(block: type[BaseModel]) -> None:
    section = PAGES.partition(f"\n## {block.__name__}\n")[2].partition("\n## ")[0]
    named = [f"| `{field.alias or name}` |" for name, field in block.model_fields.items()]
    assert [name for name in named if name not in section] == []
