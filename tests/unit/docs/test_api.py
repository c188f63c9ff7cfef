import json
import re
from typing import Any

import jsonschema_rs
import pytest
from tools.reference.api import DOCUMENTS, Operation, load_document, operations_of
from tools.reference.examples import answer_example, request_example
from tools.reference.pages import DOCS
from tools.reference.problems import advice_of

from telemetry_contract.problems import ProblemKind
from tests.unit.docs.markdown import headings

PROGRAMS = sorted(path.stem for path in DOCUMENTS.glob("*.json"))
PAGE = (DOCS / "api.md").read_text()
# What any path may answer, told in the page's introduction.
EVERYWHERE = {ProblemKind.METHOD_NOT_ALLOWED, ProblemKind.NOT_FOUND, ProblemKind.INTERNAL}


OPERATIONS = [operation for program in PROGRAMS for operation in operations_of(program, load_document(program))]

everywhere = pytest.mark.parametrize("operation", OPERATIONS, ids=lambda it: it.heading)


@everywhere
def test_each_endpoint_stands_in_the_page(operation: Operation) -> None:
    assert operation.heading in headings(DOCS / "api.md")


@everywhere
def test_each_query_parameter_says_what_it_means(operation: Operation) -> None:
    asked = [it for it in operation.content.get("parameters", []) if it["in"] == "query"]
    assert [it["name"] for it in asked if not it.get("description")] == []


@everywhere
def test_each_parameter_stands_once(operation: Operation) -> None:
    named = [(it["in"], it["name"]) for it in operation.content.get("parameters", [])]
    assert sorted(set(named)) == sorted(named)


@everywhere
def test_an_example_fills_the_path(operation: Operation) -> None:
    line = request_example(operation.method, operation.path, operation.content, "HOST", "TOKEN")
    assert "{" not in line.partition("-d '")[0].partition("?")[0]


@pytest.mark.parametrize("program", PROGRAMS)
def test_examples_of_bodies_keep_to_their_schemas(program: str) -> None:
    schemas = load_document(program)["components"]["schemas"]
    for name in schemas:
        schema = {"$ref": f"#/components/schemas/{name}", "components": {"schemas": schemas}}
        jsonschema_rs.validate(schema, answer_example(schemas[name], schemas))


@pytest.mark.parametrize("kind", ProblemKind)
def test_each_kind_of_problem_says_what_to_do(kind: ProblemKind) -> None:
    advice = advice_of(kind)
    assert advice.meaning
    assert f"| `{kind.code}` |" in PAGE


def test_each_kind_of_problem_is_an_answer_of_some_endpoint() -> None:
    responses: list[dict[str, Any]] = [it.content["responses"] for it in OPERATIONS]
    told = set(re.findall(r"`([a-z-]+)`: ", json.dumps(responses)))
    assert {kind for kind in ProblemKind if kind.code not in told} <= EVERYWHERE
