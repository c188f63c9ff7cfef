"""Whether the platform counted what the generator did."""

import msgspec
import pytest

from telemetry_loadtest.agreement import agreements, area_of, in_words
from telemetry_loadtest.results import Series
from tests.support.made_results import make_result
from tests.unit.loadtest.measured import measured_of

MADE = make_result()
WRITES = sum(
    one.endpoints["ingest"].good + one.endpoints["ingest"].bad for one in MADE.seconds if one.stage != "warm-up"
)


def seen(of: float, *, requests: float = 1.0, under_way: float = 1.0) -> list[Series]:
    """A producer that counted so many times what the generator did; `of` is the share of the run that it told of."""
    measured = measured_of(MADE)
    whole, waiting = agreements(measured, [])
    begin, end = 15.0, 195.0
    last = begin + (end - begin) * of + 1

    def series(measure: str, a_second: float) -> Series:
        return Series("producer-1", measure, "1/s", [(begin - 1, a_second), (begin + 3.5, a_second), (last, a_second)])

    return [
        series("requests", requests * whole.generator / (end - begin)),
        series("under-way", under_way * waiting.generator),
    ]


@pytest.mark.parametrize(("requests", "agrees"), [(1.0, True), (1.019, True), (0.97, False), (1.03, False)])
def test_requests_agree_within_two_per_cent(requests: float, agrees: bool) -> None:
    found = agreements(measured_of(MADE), seen(1, requests=requests))
    assert [one.agrees for one in found] == [agrees, True]


def test_what_the_server_cannot_see_of_a_request_is_allowed_for() -> None:
    assert [one.agrees for one in agreements(measured_of(MADE), seen(1, under_way=0.85))] == [True, True]
    assert [one.agrees for one in agreements(measured_of(MADE), seen(1, under_way=0.1))] == [True, False]


def test_in_a_cluster_the_producers_replicas_are_told_apart_by_their_pods() -> None:
    told = [msgspec.structs.replace(one, source="demo-producer-5d-x") for one in seen(1)]
    others = [msgspec.structs.replace(one, source="producer-analytics-7c-y") for one in seen(1)]
    found = agreements(measured_of(MADE), [*told, *others], {"demo-producer-5d-x"}.__contains__)
    assert [one.agrees for one in found] == [True, True]


def test_a_producer_that_was_not_heard_to_the_end_says_nothing() -> None:
    found = agreements(measured_of(MADE), seen(0.9))
    assert [(one.server, one.agrees) for one in found] == [(None, None)] * 2
    assert "unavailable" in in_words(found[0])


def test_probes_are_requests_too() -> None:
    measured = measured_of(MADE)
    assert measured.freshness is not None
    whole, _ = agreements(measured, [])
    assert whole.generator == pytest.approx(WRITES + measured.freshness.samples * 180 / measured.duration, abs=0.01)


def test_a_run_of_reads_alone_has_nothing_to_compare() -> None:
    reads = [msgspec.structs.replace(one, endpoints={}) for one in MADE.seconds]
    assert agreements(msgspec.structs.replace(measured_of(MADE), seconds=reads), []) == []


def test_the_area_of_a_rate_is_that_between_the_two_times() -> None:
    points = [(0.0, 9.0), (2.0, 10.0), (4.0, 20.0)]
    assert area_of(points, 1.0, 3.0) == 30.0
    assert area_of(points, -1.0, 3.0) is None
    assert area_of(points, 1.0, 5.0) is None


def test_a_disagreement_is_said_and_not_hidden() -> None:
    requests, _ = agreements(measured_of(MADE), seen(1, requests=2))
    assert "does not agree" in in_words(requests)
