"""The published schema describes what is written."""

import json

import jsonschema_rs
import pytest
from tools.reference.pages import DOCS

from telemetry_loadtest.results import encode_result
from tests.support.made_results import Recipe, make_result, short

SCHEMA = jsonschema_rs.validator_for(json.loads((DOCS / "schema" / "benchmark-result.json").read_text()))


@pytest.fixture(scope="module")
def written() -> bytes:
    return encode_result(make_result(short(Recipe(), 5)))


def test_a_result_is_as_its_schema_says(written: bytes) -> None:
    assert SCHEMA.is_valid(json.loads(written))


@pytest.mark.parametrize(("field", "value"), [("verdict", "Fine"), ("seconds", {}), ("duration", "long")])
def test_what_is_no_result_is_not(written: bytes, field: str, value: object) -> None:
    assert not SCHEMA.is_valid(json.loads(written) | {field: value})
