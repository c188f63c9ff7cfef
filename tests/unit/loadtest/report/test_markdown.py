import re

import msgspec
import pytest

from telemetry_loadtest.report.content import build_content
from telemetry_loadtest.report.rendering import render_markdown
from telemetry_loadtest.results import Result


@pytest.fixture(scope="module")
def text(result: Result) -> str:
    return render_markdown(result)


def test_it_has_every_table_with_every_row(result: Result, text: str) -> None:
    rows = [line for line in text.splitlines() if line.startswith("|") and "---" not in line]
    assert len(rows) == sum(len(table.rows) + 1 for table in build_content(result).tables if table.rows)


def test_the_rows_of_a_table_are_as_wide_as_its_head(text: str) -> None:
    for block in re.findall(r"(?:^\|.*\n)+", text, re.MULTILINE):
        assert len({len(re.findall(r"(?<!\\)\|", line)) for line in block.splitlines()}) == 1


def test_the_verdict_stands_on_top_and_the_command_at_the_end(text: str) -> None:
    assert "**Passed**: every bound held" in text[:120]
    assert "```sh\ntelemetryctl bench examples/benchmark.yaml --seed 1\n```" in text


def test_names_do_not_become_markup(result: Result) -> None:
    odd = msgspec.structs.replace(result.bounds[0], endpoint="a|b*c*<i>")
    assert r"| a\|b\*c\*\<i\> p95 |" in render_markdown(msgspec.structs.replace(result, bounds=[odd]))


def test_a_manifest_that_holds_a_fence_stays_one_block(result: Result) -> None:
    provenance = msgspec.structs.replace(result.provenance, manifest="a: |\n  ```\n  x\n")
    assert "````yaml\na: |\n  ```\n  x\n````" in render_markdown(msgspec.structs.replace(result, provenance=provenance))
