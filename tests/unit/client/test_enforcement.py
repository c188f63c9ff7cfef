import httpx
import pytest

from telemetry_contract.problems import ProblemKind
from telemetry_operator.client import enforcement as module
from telemetry_operator.client.enforcement import IN_A_ROW, NotInForceError, await_verdict
from tests.support.fake_platform import refusal

NO_READING = refusal(ProblemKind.INVALID_READING)
REFUSED = refusal(ProblemKind.UNAUTHORIZED)


class Services:
    """Producer and analytics; each answers what its list says next, the last for ever."""

    def __init__(self) -> None:
        self.answers: dict[str, list[httpx.Response | Exception]] = {"POST": [NO_READING], "GET": [NO_READING]}
        self.requests: list[httpx.Request] = []

    def handle(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        answers = self.answers[request.method]
        answer = answers.pop(0) if len(answers) > 1 else answers[0]
        if isinstance(answer, Exception):
            raise answer
        return answer


@pytest.fixture
def services(monkeypatch: pytest.MonkeyPatch) -> Services:
    services = Services()
    make = httpx.Client
    monkeypatch.setattr(httpx, "Client", lambda **_: make(transport=httpx.MockTransport(services.handle)))
    monkeypatch.setattr(module, "LOOK_SECONDS", 0)
    monkeypatch.setattr(module, "_PAUSE_SECONDS", 0)
    return services


def wait(*, accepted: bool) -> None:
    await_verdict("http://p", "http://a", "d1", "k", accepted=accepted)


def test_every_service_must_say_so_many_times_in_a_row(services: Services) -> None:
    services.answers["POST"] = [REFUSED, REFUSED, REFUSED, NO_READING, REFUSED]
    services.answers["GET"] = [refusal(ProblemKind.NOT_FOUND), REFUSED]
    wait(accepted=False)
    methods = [request.method for request in services.requests]
    assert (methods.count("POST"), methods.count("GET")) == (4 + IN_A_ROW, 1 + IN_A_ROW)


def test_nothing_is_written_by_asking(services: Services) -> None:
    wait(accepted=True)
    assert {request.content for request in services.requests if request.method == "POST"} == {b"[]"}


@pytest.mark.parametrize("kind", [ProblemKind.UNAVAILABLE, ProblemKind.BUFFER_TOO_OLD])
def test_an_outage_behind_says_that_the_key_was_looked_at(services: Services, kind: ProblemKind) -> None:
    services.answers = {"POST": [refusal(kind)], "GET": [refusal(kind)]}
    wait(accepted=True)


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (NO_READING, "producer still accepts"),
        (refusal(ProblemKind.SATURATED), "producer gave no answer"),
        (httpx.Response(503, text="<html>"), "producer gave no answer"),
        (httpx.ConnectError("refused"), "producer gave no answer"),
    ],
)
def test_what_does_not_come_in_time_is_said(
    services: Services, monkeypatch: pytest.MonkeyPatch, answer: httpx.Response | Exception, message: str
) -> None:
    monkeypatch.setattr(module, "PATIENCE_SECONDS", 0)
    services.answers["POST"] = [answer]
    with pytest.raises(NotInForceError, match=message):
        wait(accepted=False)
