"""Good means that the status and the body are right."""

import msgspec
import pytest

from telemetry_contract.api import Accepted, BatchAnswer, ItemAnswer, Latest, LatestValue, Status
from telemetry_contract.keys import Keyring
from telemetry_loadtest.arrivals import Arrival
from telemetry_loadtest.checking import judge, unanswered
from telemetry_loadtest.credentials import issue_credentials
from telemetry_loadtest.profiles import Endpoint
from telemetry_loadtest.workload import Call, Workload
from tests.unit.loadtest.plans import plan_of

KEYRING = Keyring("k1", {"k1": bytes(32)})


def call_of(endpoint: Endpoint) -> Call:
    plan = plan_of(weights={endpoint: 1.0}, batch=2)
    return Workload(plan, issue_credentials(plan, KEYRING, 10**9), 10**15).call(Arrival(4, 0.5))


INGEST, BATCH, LATEST = (call_of(one) for one in (Endpoint.INGEST, Endpoint.BATCH, Endpoint.LATEST))
VALUE = {"temperature": LatestValue(1.0, "2026-01-31T12:00:00.000000Z")}


def body(answer: msgspec.Struct) -> bytes:
    return msgspec.json.encode(answer)


def items(*statuses: Status) -> bytes:
    return body(BatchAnswer(0, 0, [ItemAnswer(one) for one in statuses]))


CASES = {
    "stored": (INGEST, 200, body(Accepted(Status.STORED)), True, "200"),
    "queued": (INGEST, 202, body(Accepted(Status.QUEUED)), True, "202"),
    "a duplicate": (INGEST, 200, body(Accepted(Status.DUPLICATE)), True, "200"),
    "accepted with a word that accepts nothing": (
        INGEST, 200, body(Accepted(Status.REJECTED)), False, "200 wrong body",
    ),
    "accepted without a word": (INGEST, 200, b"", False, "200 unreadable"),
    "refused": (INGEST, 429, b"{}", False, "429"),
    "away": (INGEST, 503, b"oops", False, "503"),
    "all of a batch": (BATCH, 200, items(Status.STORED, Status.STORED), True, "200"),
    "half of a batch": (BATCH, 207, items(Status.STORED, Status.UNAVAILABLE), False, "207"),
    "a batch with an answer too few": (BATCH, 200, items(Status.STORED), False, "200 wrong body"),
    "the newest": (LATEST, 200, body(Latest(LATEST.device, VALUE)), True, "200"),
    "the newest of another": (LATEST, 200, body(Latest("other", VALUE)), False, "200 wrong body"),
    "the newest of nothing": (LATEST, 200, body(Latest(LATEST.device, {})), False, "200 wrong body"),
    "not found": (LATEST, 404, b"", False, "404"),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_an_answer_is_good_only_with_the_right_body(name: str) -> None:
    call, status, content, good, label = CASES[name]
    judged = judge(call, status, content)
    assert (judged.good, judged.label) == (good, label)


@pytest.mark.parametrize(
    ("name", "acknowledged", "uncertain"),
    [("all of a batch", 2, 0), ("half of a batch", 1, 1), ("refused", 0, 0), ("away", 0, 1), ("stored", 1, 0),
     ("accepted without a word", 0, 1)],
)  # fmt: skip
def test_what_the_platform_did_not_decide_stays_uncertain(name: str, acknowledged: int, uncertain: int) -> None:
    call, status, content, _, _ = CASES[name]
    judged = judge(call, status, content)
    assert (len(judged.acknowledged), len(judged.uncertain)) == (acknowledged, uncertain)


def test_a_request_without_an_answer_may_have_been_stored() -> None:
    assert unanswered(BATCH, "timeout").uncertain == BATCH.written
