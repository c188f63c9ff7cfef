"""The published schemas describe what is written."""

import json

import jsonschema_rs
import pytest
from tools.reference.pages import DOCS

from telemetry_loadtest.comparison_results import encode_comparison
from telemetry_loadtest.results import encode_result
from tests.support.made_comparisons import Made, made_comparison
from tests.support.made_results import Recipe, make_result, short


def schema(name: str) -> jsonschema_rs.Validator:
    return jsonschema_rs.validator_for(json.loads((DOCS / "schema" / f"{name}.json").read_text()))


RUN, COMPARISON = schema("benchmark-result"), schema("comparison-result")


@pytest.fixture(scope="module")
def written() -> bytes:
    return encode_result(make_result(short(Recipe(), 5)))


@pytest.fixture(scope="module")
def compared() -> bytes:
    return encode_comparison(made_comparison(Made({"a": 100.0, "b": 130.0, "again": 100.0}, repeats={"again": "a"})))


def test_a_result_is_as_its_schema_says(written: bytes) -> None:
    assert RUN.is_valid(json.loads(written))


@pytest.mark.parametrize(("field", "value"), [("verdict", "Fine"), ("seconds", {}), ("duration", "long")])
def test_what_is_no_result_is_not(written: bytes, field: str, value: object) -> None:
    assert not RUN.is_valid(json.loads(written) | {field: value})


def test_a_comparison_is_as_its_schema_says(compared: bytes, written: bytes) -> None:
    assert COMPARISON.is_valid(json.loads(compared))
    assert not COMPARISON.is_valid(json.loads(written))


@pytest.mark.parametrize(("field", "value"), [("plan", {}), ("records", [{}]), ("judgements", "redis")])
def test_what_is_no_comparison_is_not(compared: bytes, field: str, value: object) -> None:
    assert not COMPARISON.is_valid(json.loads(compared) | {field: value})
