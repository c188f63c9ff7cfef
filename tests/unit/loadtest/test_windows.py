"""A worker's counts and books."""

from telemetry_contract.api import Status
from telemetry_contract.identity import Digest, digest_of
from telemetry_contract.keys import Keyring
from telemetry_loadtest.arrivals import Arrival
from telemetry_loadtest.checking import Judged, unanswered
from telemetry_loadtest.credentials import issue_credentials
from telemetry_loadtest.profiles import Endpoint
from telemetry_loadtest.windows import MOST_UNCERTAIN, Accounts, Ledger, Recorder
from telemetry_loadtest.workload import Call, Workload
from tests.unit.loadtest.plans import health_of, plan_of

PLAN = plan_of(weights={Endpoint.BATCH: 1.0}, batch=3)
WORKLOAD = Workload(PLAN, issue_credentials(PLAN, Keyring("k1", {"k1": bytes(32)}), 10**9), 10**15)


def call(number: int) -> Call:
    return WORKLOAD.call(Arrival(number, 0))


def digest(*calls: Call) -> Digest:
    return digest_of([one.identity for made in calls for one in made.written])


def stored(made: Call) -> Judged:
    return Judged("200", good=True, acknowledged=tuple((one, Status.STORED) for one in made.written))


def test_what_was_sent_is_acknowledged_or_uncertain_or_refused() -> None:
    ledger, calls = Ledger(), [call(number) for number in range(3)]
    for one in calls:
        ledger.send(one)
    ledger.enter(calls[0], stored(calls[0]))
    ledger.enter(calls[1], unanswered(calls[1], "timeout"))
    ledger.enter(calls[2], Judged("429", good=False))
    books = ledger.close()
    assert (books.sent, books.acknowledged) == (digest(*calls), digest(calls[0]))
    assert books.acknowledged_as == {Status.STORED: 3}
    assert books.uncertain == list(calls[1].written)


def test_what_was_sent_and_never_entered_is_uncertain() -> None:
    ledger, made = Ledger(), call(1)
    ledger.send(made)
    assert ledger.close().uncertain == list(made.written)


def test_so_many_uncertain_readings_are_kept_and_all_are_counted() -> None:
    ledger = Ledger()
    calls = [call(number) for number in range(MOST_UNCERTAIN // 3 + 5)]
    for one in calls:
        ledger.send(one)
        ledger.enter(one, unanswered(one, "timeout"))
    books = ledger.close()
    assert (len(books.uncertain), books.uncertain_count) == (MOST_UNCERTAIN, 3 * len(calls))


def test_the_books_of_workers_add_up() -> None:
    first, second = call(1), call(2)
    one = Accounts(digest(first), digest(first), {Status.STORED: 3}, [], 0)
    other = Accounts(digest(second), Digest(), {Status.QUEUED: 1}, list(second.written), 3)
    both = one + other
    assert (both.sent, both.acknowledged) == (digest(first, second), digest(first))
    assert both.acknowledged_as == {Status.STORED: 3, Status.QUEUED: 1}
    assert both.uncertain_count == 3


def test_a_recorder_hands_over_what_was_counted_and_begins_anew() -> None:
    recorder, made = Recorder(), call(1)
    for _ in range(2):
        recorder.offer(0, made.endpoint)
        recorder.start()
    recorder.drop(0, made.endpoint)
    recorder.end(0, made.endpoint, stored(made), 1500, 1200)
    first = recorder.cut(waiting=1, health=health_of(0))
    assert (first.offered, first.dropped) == ([(0, made.endpoint, 2)], [(0, made.endpoint, 1)])
    assert (first.started, first.in_flight, first.waiting) == (2, 1, 1)
    assert [(cell.latency, cell.service) for cell in first.cells] == [({1500: 1}, {1200: 1})]
    second = recorder.cut(waiting=0, health=health_of(1))
    assert (second.offered, second.started, second.in_flight, second.cells) == ([], 0, 1, [])
