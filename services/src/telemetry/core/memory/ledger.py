"""The ledger of a store in memory: what the stream brought since its replay began, by the same two equations.

Offsets count from where the replay began: what stood in the log before is past the store's bound.
"""

from collections.abc import Iterable
from uuid import UUID

import msgspec

from telemetry.core.memory.letters import MemoryLetters
from telemetry.core.postgres.ledger import Counts, balanced
from telemetry_contract.api import Integrity, PartitionLedger


class Entry(msgspec.Struct):
    """One partition of a topic: where its replay began, which offset follows, and what became of what was between."""

    begun: int
    following: int
    counts: Counts = Counts()


class MemoryLedger:
    """Entries by topic and partition."""

    def __init__(self) -> None:
        self._entries: dict[tuple[UUID, int], Entry] = {}
        self.dead_letters = 0
        self.letters = MemoryLetters()

    def knows(self, topic: UUID, partition: int) -> bool:
        return (topic, partition) in self._entries

    def open(self, topic: UUID, partition: int, offset: int) -> None:
        """Begin a partition's account at an offset."""
        self._entries[topic, partition] = Entry(offset, offset)

    def positions(self, topic: UUID, partitions: Iterable[int]) -> dict[int, int]:
        """Return which offset follows of each partition."""
        return {partition: self._entries[topic, partition].following for partition in partitions}

    def advance(self, topic: UUID, partition: int, *, following: int, counts: Counts) -> None:
        entry = self._entries[topic, partition]
        entry.following = following
        entry.counts += counts
        self.dead_letters += counts.dead + counts.conflict

    def integrity(self) -> Integrity:
        partitions = [_account(*key, entry) for key, entry in sorted(self._entries.items())]
        return Integrity(all(it.balanced for it in partitions), self.dead_letters, partitions)


def _account(topic: UUID, partition: int, entry: Entry) -> PartitionLedger:
    passed = entry.following - entry.begun
    return PartitionLedger(
        topic_id=str(topic),
        partition=partition,
        offsets_passed=passed,
        balanced=balanced(passed, entry.counts),
        **msgspec.structs.asdict(entry.counts),
    )
