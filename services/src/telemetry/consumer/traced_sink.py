"""A sink with a span around each batch, linked to the requests whose readings are in it."""

from collections.abc import Sequence
from uuid import UUID

import structlog

from telemetry.consumer.batches import Batch
from telemetry.consumer.sink import Sink, SinkAwayError, StalePositionError
from telemetry.core.postgres.ledger import Counts
from telemetry.core.tracing.spans import batch_span, is_recording

STORE_BATCH = "store batch"

log = structlog.get_logger(__name__)


class TracedSink:
    """Says in the log what became of a batch as well: there the loop's own lines know no trace."""

    def __init__(self, sink: Sink) -> None:
        self._sink = sink

    def positions(self, topic: UUID, partitions: Sequence[int]) -> dict[int, int]:
        return self._sink.positions(topic, partitions)

    def apply(self, batch: Batch) -> Counts:
        with batch_span(STORE_BATCH, batch.traces, batch.readings):
            try:
                counts = self._sink.apply(batch)
            except (SinkAwayError, StalePositionError) as error:
                log.info("batch-not-stored", readings=batch.readings, reason=str(error))
                raise
            log.debug("batch-stored", readings=batch.readings)
            return counts

    def close(self) -> None:
        self._sink.close()


def traced(sink: Sink) -> Sink:
    """Return the sink with spans, where this process records any."""
    return TracedSink(sink) if is_recording() else sink
