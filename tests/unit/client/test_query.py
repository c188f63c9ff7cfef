import httpx
import pytest

from telemetry_contract.problems import ProblemKind
from telemetry_contract.readings import Reading
from telemetry_operator.client.query import ATTEMPTS, Analytics, QueryError
from telemetry_operator.client.retry import Backoff
from tests.support.fake_platform import FakePlatform, refusal

pytestmark = pytest.mark.anyio

QUICK = Backoff(first=0.001, longest=0.001, longest_asked=0.001)


def answering(*responses: httpx.Response | Exception) -> Analytics:
    waiting = list(responses)

    def handle(_: httpx.Request) -> httpx.Response:
        response = waiting.pop(0)
        if isinstance(response, Exception):
            raise response
        return response

    client = httpx.AsyncClient(transport=httpx.MockTransport(handle), base_url="http://analytics")
    return Analytics(client, "t", QUICK)


async def test_the_newest_values_are_read() -> None:
    platform = FakePlatform()
    platform.keep(Reading("d1", 1_000_000, {"t": 1, "h": 50}))
    platform.keep(Reading("d1", 2_000_000, {"t": 2}))
    latest = await Analytics(platform.client(), "t").latest("d1")
    assert {name: value.value for name, value in latest.metrics.items()} == {"t": 2, "h": 50}


async def test_an_outage_is_waited_out() -> None:
    good = httpx.Response(200, json={"balanced": True, "dead_letters": 0, "partitions": []})
    analytics = answering(httpx.ConnectError("refused"), refusal(ProblemKind.UNAVAILABLE, 0.001), good)
    assert (await analytics.integrity()).balanced


async def test_an_outage_that_lasts_is_said() -> None:
    with pytest.raises(QueryError, match="gave no answer"):
        await answering(*[httpx.ConnectError("refused")] * ATTEMPTS).stats()


async def test_a_refusal_names_the_problem_and_the_way_out() -> None:
    with pytest.raises(QueryError, match="401: A valid key or token is needed") as caught:
        await answering(refusal(ProblemKind.UNAUTHORIZED)).stats()
    assert caught.value.hint == "it needs a token with the scope readings:read"


async def test_an_answer_of_another_shape_is_said() -> None:
    with pytest.raises(QueryError, match="cannot read"):
        await answering(httpx.Response(200, json={"hello": 1})).stats()
