from typing import Annotated

import httpx
import pytest
from fastapi import FastAPI, Query

from telemetry.core.http.problems import ProblemError, install_problem_handlers
from telemetry.core.ports import Saturated, Unavailable
from telemetry_contract.problems import ProblemKind, problem


@pytest.fixture
def client() -> httpx.AsyncClient:
    app = FastAPI()
    install_problem_handlers(app)

    @app.get("/limited")
    async def limited(limit: Annotated[int, Query(le=5)]) -> int:
        return limit

    @app.get("/fail/{kind}")
    async def fail(kind: str) -> None:
        raise {
            "refused": ProblemError(problem(ProblemKind.UNAUTHORIZED)),
            "away": Unavailable("the database is away", retry_after=2.5),
            "full": Saturated("full"),
            "bug": RuntimeError("secret detail"),
        }[kind]

    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    return httpx.AsyncClient(transport=transport, base_url="http://service")


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("/nowhere", 404, "not-found"),
        ("/limited?limit=6", 422, "invalid-parameter"),
        ("/fail/refused", 401, "unauthorized"),
        ("/fail/away", 503, "unavailable"),
        ("/fail/full", 503, "saturated"),
        ("/fail/bug", 500, "internal"),
    ],
)
async def test_every_failure_is_a_problem(client: httpx.AsyncClient, path: str, status: int, code: str) -> None:
    answer = await client.get(path)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["status"] == status


async def test_a_fault_of_a_parameter_is_pointed_at(client: httpx.AsyncClient) -> None:
    answer = await client.get("/limited?limit=6")
    assert [fault["pointer"] for fault in answer.json()["errors"]] == ["/query/limit"]


async def test_what_is_away_says_when_to_retry(client: httpx.AsyncClient) -> None:
    assert (await client.get("/fail/away")).headers["retry-after"] == "3"


async def test_a_challenge_says_how_to_authenticate(client: httpx.AsyncClient) -> None:
    assert (await client.get("/fail/refused")).headers["www-authenticate"] == "Bearer"


async def test_a_wrong_method_says_which_are_right(client: httpx.AsyncClient) -> None:
    answer = await client.post("/limited")
    assert (answer.status_code, answer.headers["allow"]) == (405, "GET, OPTIONS")


async def test_options_says_which_are_right_without_a_problem(client: httpx.AsyncClient) -> None:
    answer = await client.options("/limited")
    assert (answer.status_code, answer.headers["allow"], answer.content) == (204, "GET, OPTIONS", b"")


async def test_a_bug_shows_nothing_of_itself(client: httpx.AsyncClient) -> None:
    assert "secret" not in (await client.get("/fail/bug")).text
