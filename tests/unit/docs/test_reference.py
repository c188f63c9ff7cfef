"""The pieces that the pages are made of."""

import ast
from typing import Any

import pytest
from tools.reference.docstrings import below_names
from tools.reference.markdown import anchor, table
from tools.reference.schemas import in_words

from telemetry_operator.specs import duration

SOURCE = '''
A = 1
"""Said of A,
over two lines."""
B: int = 2
C = 3
"""Said of C."""
'''

WORDS: dict[str, dict[str, Any]] = {
    "whole number, at least 1, at most 1,000": {"type": "integer", "minimum": 1, "maximum": 1000},
    "`asc`, `desc`": {"type": "string", "enum": ["asc", "desc"]},
    "`debug`, `info`": {"type": "string", "pattern": "^(debug|info)$"},
    "list of `Reading`": {"type": "array", "items": {"$ref": "#/components/schemas/Reading"}},
    "map of names to number": {"type": "object", "additionalProperties": {"type": "number"}},
    "text or null": {"anyOf": [{"type": "string"}, {"type": "null"}]},
    "duration": dict(duration.SCHEMA),
}


def test_a_docstring_belongs_to_the_name_above_it() -> None:
    said = {name: text for name, _, text in below_names(ast.parse(SOURCE).body)}
    assert said == {"A": "Said of A, over two lines.", "B": "", "C": "Said of C."}


@pytest.mark.parametrize("words", WORDS)
def test_a_schema_is_told_in_words(words: str) -> None:
    assert in_words(WORDS[words]) == words


def test_a_cell_keeps_to_its_line_and_column() -> None:
    assert table(["a"], [["x |\ny"], [""]]).splitlines()[2:] == ["| x \\| y |", "| – |"]


def test_an_anchor_is_githubs() -> None:
    assert anchor("GET /api/v1/devices/{device}") == "get-apiv1devicesdevice"
