from fastapi import FastAPI

from telemetry.core.http.documents import answers, complete_document
from telemetry_contract.api import LatestMany
from telemetry_contract.problems import ProblemKind


def _document() -> dict[str, object]:
    app = FastAPI()

    @app.get("/plain", responses=answers(LatestMany, ProblemKind.UNAVAILABLE, ProblemKind.SATURATED))
    async def plain() -> None: ...

    complete_document(app, [LatestMany], {"/hot": {"get": {"responses": answers(LatestMany)}}})
    return app.openapi()


def test_routes_ahead_of_the_framework_stand_in_the_document() -> None:
    paths = _document()["paths"]
    assert isinstance(paths, dict)
    assert list(paths) == ["/hot", "/plain"]


def test_problems_of_one_status_share_an_answer_that_names_each() -> None:
    description = answers(None, ProblemKind.UNAVAILABLE, ProblemKind.SATURATED)[503]["description"]
    assert "`unavailable`" in description
    assert "`saturated`" in description


def test_every_reference_of_the_document_resolves() -> None:
    document = _document()
    components = document["components"]
    assert isinstance(components, dict)
    names = set(components["schemas"])
    assert {part.split('"')[0] for part in str(document).replace("'", '"').split("#/components/schemas/")[1:]} <= names
