"""What the consumer tells about itself, in Prometheus' terms."""

from typing import Final

from prometheus_client import Counter, Gauge, Histogram

from telemetry.core.postgres.ledger import Counts

READINGS: Final = Counter("telemetry_consumer_readings", "Readings by what became of them", ["outcome"])
"""What becomes of the readings that the stream carries? `dead` and `conflict` are worth a look."""
RECORDS: Final = Counter("telemetry_consumer_records", "Records read, or lost to the topic's retention", ["fate"])
"""Was anything lost to the topic's retention before it was read?"""
BATCH_READINGS: Final = Histogram(
    "telemetry_consumer_batch_readings",
    "Readings in a batch",
    buckets=(1, 10, 100, 500, 1000, 2500, 5000, 10_000, 20_000),
)
"""Do batches grow under load, as they should?"""
BATCH_DURATION: Final = Histogram(
    "telemetry_consumer_batch_duration_seconds",
    "Time to store a batch",
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
)
"""How long does the store take for a batch?"""
SINK_WAITS: Final = Counter("telemetry_consumer_sink_waits", "Pauses because the store was away")
"""Was the store away?"""
STALE: Final = Counter(
    "telemetry_consumer_stale_positions", "Batches given up because another consumer moved the offset"
)
"""Was this consumer taken for dead while it still worked?"""
LAG: Final = Gauge("telemetry_consumer_lag_records", "Records not stored yet", ["partition"])
"""How far behind is the consumer, in records?"""
UNREAD_AGE: Final = Gauge(
    "telemetry_consumer_oldest_unread_seconds", "Age of the oldest record not stored", ["partition"]
)
"""How far behind is the consumer, in time?"""
HALTED: Final = Gauge(
    "telemetry_consumer_halted", "1 where the partition is not consumed, by reason", ["partition", "reason"]
)
"""Which partition stands still, and why?"""

_OUTCOMES: Final = ("stored", "duplicate", "conflict", "dead", "expired")


def count_batch(counts: Counts, seconds: float) -> None:
    for outcome in _OUTCOMES:
        READINGS.labels(outcome).inc(getattr(counts, outcome))
    RECORDS.labels("read").inc(counts.records_read)
    RECORDS.labels("lost").inc(counts.records_lost)
    BATCH_READINGS.observe(counts.readings)
    BATCH_DURATION.observe(seconds)


def forget_partitions() -> None:
    """Drop what was told of partitions: they may be another consumer's now."""
    for gauge in (LAG, UNREAD_AGE, HALTED):
        gauge.clear()
