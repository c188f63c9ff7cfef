"""How far the consumer is with each partition it was assigned, and what a heartbeat says of it."""

import msgspec

from telemetry_contract.records import Heartbeat


class Partition(msgspec.Struct):
    """One assigned partition. Offsets: `stored` is what the sink says, `expected` follows the last record read."""

    number: int
    stored: int
    expected: int
    halted_at: int | None = None  # the broker's time (microseconds) of the record that stopped it

    def is_behind(self, end: int | None) -> bool:
        """Tell whether there should be records that were not read yet."""
        return end is not None and end > self.expected and self.halted_at is None


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
