from hypothesis import given
from hypothesis import strategies as st

from telemetry.core.kafka.buffer_age import unread_since
from telemetry_contract.records import Heartbeat

TIMES = st.integers(0, 10**15)
HEARTBEATS = st.dictionaries(st.integers(0, 7), st.builds(Heartbeat, TIMES, st.none() | TIMES))


def test_with_all_stored_the_buffer_is_as_old_as_the_last_heartbeat() -> None:
    assert unread_since(1, {0: Heartbeat(at=500, oldest_unread=None)}, started=0) == 500


def test_an_unread_reading_ages_the_buffer_however_lively_the_consumer() -> None:
    assert unread_since(1, {0: Heartbeat(at=500, oldest_unread=100)}, started=0) == 100


def test_the_slowest_partition_counts() -> None:
    heartbeats = {0: Heartbeat(500, None), 1: Heartbeat(500, 300), 2: Heartbeat(400, None)}
    assert unread_since(3, heartbeats, started=0) == 300


def test_a_partition_never_heard_of_ages_from_the_start() -> None:
    assert unread_since(2, {0: Heartbeat(500, None)}, started=200) == 200


def test_partitions_that_are_no_more_do_not_count() -> None:
    assert unread_since(1, {0: Heartbeat(500, None), 5: Heartbeat(1, 1)}, started=0) == 500


def test_before_the_partitions_are_known_the_start_counts() -> None:
    assert unread_since(0, {}, started=200) == 200


@given(HEARTBEATS, st.integers(1, 8), TIMES)
def test_a_later_heartbeat_that_says_all_is_stored_never_makes_the_buffer_older(
    heartbeats: dict[int, Heartbeat], partitions: int, started: int
) -> None:
    before = unread_since(partitions, heartbeats, started)
    newer = {partition: Heartbeat(10**15, None) for partition in heartbeats}
    assert unread_since(partitions, newer, started) >= before
