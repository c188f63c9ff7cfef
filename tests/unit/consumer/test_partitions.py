from typing import Any

import pytest

from telemetry.consumer.partitions import Partition, heartbeat_of
from telemetry_contract.records import Heartbeat

NOW = 1_000


def beat(partition: Partition, **known: Any) -> Heartbeat | None:  # noqa: ANN401 - each of another type
    return heartbeat_of(partition, **{"in_hand": None, "end": 10, "fetching": True, "now": NOW, **known})


def test_what_is_in_hand_is_the_oldest_unread() -> None:
    assert beat(Partition(0, 10, 12), in_hand=700) == Heartbeat(NOW, 700)


def test_at_the_end_of_the_log_nothing_is_unread() -> None:
    assert beat(Partition(0, 10, 10)) == Heartbeat(NOW, None)


@pytest.mark.parametrize("known", [{"end": 11}, {"end": None}, {"fetching": False}])
def test_what_is_not_known_is_not_claimed(known: dict[str, Any]) -> None:
    assert beat(Partition(0, 10, 10), **known) is None


def test_a_halted_partition_ages_from_the_record_that_stopped_it() -> None:
    assert beat(Partition(0, 10, 10, halted_at=300), fetching=False) == Heartbeat(NOW, 300)


def test_a_halted_partition_with_older_records_in_hand_ages_from_these() -> None:
    assert beat(Partition(0, 8, 10, halted_at=300), in_hand=200) == Heartbeat(NOW, 200)


def test_what_is_behind_the_end_of_the_log_should_come() -> None:
    partition = Partition(0, 4, 6)
    assert [partition.is_behind(end) for end in (None, 5, 6, 7)] == [False, False, False, True]
    partition.halted_at = 1
    assert not partition.is_behind(7)
