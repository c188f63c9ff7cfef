"""Where batches go, as the loop sees it; `postgres_sink` is the durable one."""

from collections.abc import Sequence
from typing import Protocol
from uuid import UUID

from telemetry.consumer.batches import Batch
from telemetry.core.postgres.ledger import Counts


class SinkAwayError(Exception):
    """The sink cannot take anything just now; nothing of the batch is stored, and trying again is safe."""


class StalePositionError(Exception):
    """Somebody else moved a partition's position; nothing of the batch is stored, and positions must be read again."""


class Sink(Protocol):
    """Keeps readings together with the positions up to which they were read. One thread calls it."""

    def positions(self, topic: UUID, partitions: Sequence[int]) -> dict[int, int]:
        """Return the offset to read next of each partition; zero where nothing was ever read.

        Raises:
            SinkAwayError: it is away.
        """
        ...

    def apply(self, batch: Batch) -> Counts:
        """Store a batch, all or nothing, and return what became of it.

        Raises:
            SinkAwayError: it is away.
            StalePositionError: a partition does not stand where the batch begins.
        """
        ...

    def close(self) -> None: ...
