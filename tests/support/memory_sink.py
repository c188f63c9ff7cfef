"""A Sink in memory that tests can take away, to see what the consumer's loop makes of it."""

import threading
from collections.abc import Sequence
from uuid import UUID

from telemetry.consumer.batches import Batch
from telemetry.consumer.sink import SinkAwayError, StalePositionError
from telemetry.core.outcomes import Outcome
from telemetry.core.postgres.ledger import Counts, tally


class MemorySink:
    """Keeps identities and positions as the durable sink does: all of a batch, or nothing of it."""

    def __init__(self) -> None:
        self.identities: list[bytes] = []
        self.undecoded: list[str] = []
        self.at: dict[tuple[UUID, int], int] = {}
        self.counts = Counts()
        self.away = threading.Event()
        self.refused = 0
        self.closed = False

    def positions(self, topic: UUID, partitions: Sequence[int]) -> dict[int, int]:
        self._require()
        return {partition: self.at.setdefault((topic, partition), 0) for partition in partitions}

    def apply(self, batch: Batch) -> Counts:
        self._require()
        if any(self.at[batch.topic, span.partition] != span.first for span in batch.spans):
            raise StalePositionError("somebody else was here")
        total = Counts()
        for span in batch.spans:
            self.at[batch.topic, span.partition] = span.following
            self.identities += [row.identity for row in span.rows]
            self.undecoded += [letter.reason for letter in span.undecoded]
            ends = [Outcome.STORED] * len(span.rows) + [Outcome.DEAD] * len(span.undecoded)
            total += tally(ends, records_read=span.records, records_lost=span.lost)
        self.counts += total
        return total

    def close(self) -> None:
        self.closed = True

    def _require(self) -> None:
        if self.away.is_set():
            self.refused += 1
            raise SinkAwayError("taken away by the test")
