from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from telemetry_contract.identity import identify
from telemetry_loadtest.fleet import Arrival, Faults, Fleet
from telemetry_loadtest.schedule import Uniform
from telemetry_loadtest.signals import MINUTE, SECOND

NOON = 1_800_000_000 * SECOND
FAULTLESS = Faults(late=0, repeated=0, dropout=0)


def sent(fleet: Fleet, *, rate: float = 1000, seconds: int = 10, begin: int = NOON) -> list[Arrival]:
    return list(fleet.arrivals(Uniform.of(rate), begin, begin + seconds * SECOND))


def test_the_same_seed_gives_the_same_readings_with_the_same_ids() -> None:
    assert sent(Fleet(20, seed=3)) == sent(Fleet(20, seed=3))


def test_another_seed_gives_other_readings() -> None:
    ours, theirs = sent(Fleet(20, seed=3)), sent(Fleet(20, seed=4))
    assert {a.reading.id for a in ours}.isdisjoint(a.reading.id for a in theirs)


@settings(max_examples=30)
@given(st.integers(1, 50), st.integers(1, 7), st.integers(0, 3 * SECOND))
def test_workers_share_a_window_without_overlap_or_gap(size: int, workers: int, length: int) -> None:
    fleet, schedule = Fleet(size), Uniform.of(200)
    parts = [
        list(fleet.arrivals(schedule, NOON, NOON + length, worker=worker, workers=workers)) for worker in range(workers)
    ]
    together = sorted((arrival for part in parts for arrival in part), key=lambda arrival: arrival.index)
    assert together == list(fleet.arrivals(schedule, NOON, NOON + length))


def test_a_device_belongs_to_one_worker() -> None:
    fleet, schedule = Fleet(10, faults=FAULTLESS), Uniform.of(500)
    owners = [
        {arrival.reading.device for arrival in fleet.arrivals(schedule, NOON, NOON + SECOND, worker=worker, workers=3)}
        for worker in range(3)
    ]
    assert sum(len(devices) for devices in owners) == len(set().union(*owners)) == 10


def test_without_faults_every_arrival_is_a_reading_of_its_own_time() -> None:
    arrivals = sent(Fleet(100, faults=FAULTLESS))
    assert len(arrivals) == 10_000
    assert all(arrival.reading.time == arrival.due for arrival in arrivals)
    assert Counter(arrival.reading.device for arrival in arrivals).keys() == set(Fleet(100).devices)


def test_late_readings_come_at_their_rate_and_minutes_after_their_time() -> None:
    arrivals = sent(Fleet(100, faults=Faults(late=0.1, repeated=0, dropout=0, latest=5 * MINUTE)))
    delays = [arrival.due - arrival.reading.time for arrival in arrivals if arrival.due > arrival.reading.time]
    assert 0.08 < len(delays) / len(arrivals) < 0.12
    assert MINUTE < max(delays) <= 5 * MINUTE


def test_repeated_readings_come_at_their_rate_with_the_same_identity() -> None:
    arrivals = sent(Fleet(10, faults=Faults(late=0, repeated=0.1, dropout=0)))
    seen = Counter(identify(arrival.reading).identity for arrival in arrivals)
    assert max(seen.values()) == 2
    assert 0.06 < sum(times == 2 for times in seen.values()) / len(arrivals) < 0.12


def test_a_repetition_is_never_a_conflict() -> None:
    arrivals = sent(Fleet(10, faults=Faults(late=0.2, repeated=0.2, dropout=0)))
    pairs = {(found.identity, found.content_hash) for found in map(identify, (a.reading for a in arrivals))}
    assert len(pairs) == len({identity for identity, _ in pairs})


def test_a_device_that_drops_out_is_silent_for_a_while() -> None:
    fleet = Fleet(200, faults=Faults(late=0, repeated=0, dropout=0.2))
    speaking = {arrival.reading.device for arrival in sent(fleet, seconds=60)}
    assert 0.7 < len(speaking) / 200 < 0.95


def test_a_reading_has_a_number_a_boolean_and_a_string() -> None:
    metrics = sent(Fleet(1, faults=FAULTLESS))[0].reading.metrics
    kinds = {name: type(value) for name, value in metrics.items()}
    assert kinds == {
        "temperature": float,
        "humidity": float,
        "battery": float,
        "signal": int,
        "motion": bool,
        "state": str,
    }


@pytest.mark.parametrize("size", [0, -1, 1_000_001])
def test_a_fleet_of_no_sensible_size_is_refused(size: int) -> None:
    with pytest.raises(ValueError, match="it may have 1 to"):
        Fleet(size)
