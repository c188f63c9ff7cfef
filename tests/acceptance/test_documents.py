"""The committed OpenAPI documents against the running programs, by requests that schemathesis makes from them.

It looks for a server error, a status or a body that the document does not name, and a bad request that is accepted.
"""

import json
from pathlib import Path
from typing import Any

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis import Case
from schemathesis.schemas import BaseSchema
from schemathesis.specs.openapi.checks import ignored_auth, negative_data_rejection, positive_data_acceptance

from telemetry_contract.keys import Scope
from tests.support.platform import RunningPlatform

DOCUMENTS = Path(__file__).parents[2] / "docs" / "openapi"
EXAMPLES = settings(
    max_examples=12,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.function_scoped_fixture],
)


def _document(name: str) -> BaseSchema:
    return schemathesis.openapi.from_dict(json.loads((DOCUMENTS / f"{name}.json").read_text()))


producer = _document("producer")
analytics = _document("analytics")


# A cursor of a shape that the schema allows is refused all the same, and so is a time long past; and that nobody gets
# in without a token is asserted by the other suites, where this check would keep sending ours along.
EXCLUDED = [positive_data_acceptance, ignored_auth]
# A query string carries only text: what was meant to be of a wrong type arrives as text that is right.
EXCLUDED_IN_QUERIES = [*EXCLUDED, negative_data_rejection]


@producer.parametrize()
@EXAMPLES
def test_the_producer_keeps_to_its_document(platform: RunningPlatform, case: "Case[Any]") -> None:
    headers = platform.token_headers(Scope.WRITE)
    case.call_and_validate(base_url=platform.producer_url, headers=headers, excluded_checks=EXCLUDED)


@analytics.parametrize()
@EXAMPLES
def test_analytics_keeps_to_its_document(platform: RunningPlatform, case: "Case[Any]") -> None:
    headers = platform.token_headers(Scope.READ)
    case.call_and_validate(base_url=platform.analytics_url, headers=headers, excluded_checks=EXCLUDED_IN_QUERIES)


@pytest.mark.parametrize("name", ["producer", "analytics"])
def test_the_document_is_served_as_committed(platform: RunningPlatform, name: str) -> None:
    url = {"producer": platform.producer_url, "analytics": platform.analytics_url}[name]
    assert httpx.get(f"{url}/openapi.json").json() == json.loads((DOCUMENTS / f"{name}.json").read_text())
