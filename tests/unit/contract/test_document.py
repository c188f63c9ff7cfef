"""`docs/contract.md` shows the vectors that the tests hold: a stranger must find the same as we do."""

from pathlib import Path

import pytest

from telemetry_contract.keys import MAX_CREDENTIAL, Scope
from telemetry_contract.readings import DEVICE_PATTERN, METRIC_PATTERN
from tests.unit.contract.vectors import DEVICE_KEY, DIGEST, ERASURE, HEARTBEAT, SLICE, TOKEN, VECTORS, Vector

DOCUMENT = (Path(__file__).parents[3] / "docs" / "contract.md").read_text()


@pytest.mark.parametrize("vector", VECTORS)
def test_each_vector_is_documented(vector: Vector) -> None:
    assert f"`{vector.identity}` | `{vector.content_hash}`" in DOCUMENT
    assert vector.content in DOCUMENT or vector.content.encode().hex() in DOCUMENT


@pytest.mark.parametrize("text", [DIGEST, DEVICE_KEY, TOKEN, SLICE, HEARTBEAT, ERASURE])
def test_each_other_vector_is_documented(text: str) -> None:
    assert text in DOCUMENT


@pytest.mark.parametrize("rule", [DEVICE_PATTERN, METRIC_PATTERN, str(MAX_CREDENTIAL), *Scope])
def test_each_rule_that_a_stranger_needs_is_documented(rule: str) -> None:
    assert rule in DOCUMENT
