"""How far the consumer is with each partition it was assigned, and what a heartbeat says of it."""

from typing import Final

import msgspec

from telemetry_contract.records import Heartbeat

BEHIND_SECONDS: Final = 5.0  # without records where there should be some, until Kafka is asked where the log begins


class Partition(msgspec.Struct):
    """One assigned partition. Offsets: `stored` is what the sink says, `expected` follows the last record read."""

    number: int
    stored: int
    expected: int
    halted_at: int | None = None  # the broker's time (microseconds) of the record that stopped it
    behind_since: float | None = None

    def is_bare(self, end: int | None, now: float) -> bool:
        """Tell whether records are due for some time and did not come: the topic's retention may have taken them."""
        if end is None or end <= self.expected:
            self.behind_since = None
            return False
        if self.behind_since is None:
            self.behind_since = now
        return now - self.behind_since >= BEHIND_SECONDS


def heartbeat_of(
    partition: Partition, *, in_hand: int | None, end: int | None, fetching: bool, now: int
) -> Heartbeat | None:
    """Return what is known of a partition, `None` where that is nothing: silence ages on, and so claims no more.

    `in_hand` is when the oldest record read but not stored was received, `end` the offset behind Kafka's last record,
    current only while `fetching`; times are in microseconds.
    """
    waiting = [time for time in (in_hand, partition.halted_at) if time is not None]
    if waiting:
        return Heartbeat(now, min(waiting))
    if fetching and end is not None and partition.stored >= end:
        return Heartbeat(now, None)
    return None
