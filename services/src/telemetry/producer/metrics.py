"""The producer's own metrics."""

from typing import Final

from prometheus_client import Counter, Gauge

from telemetry_contract.api import Status

_READINGS: Final = Counter("telemetry_readings", "Readings answered for, by what became of them", ["status"])
"""What becomes of the readings that clients send? `rejected` is theirs to fix, `unavailable` ours."""
READINGS: Final = {status: _READINGS.labels(status.value) for status in Status}
OUTSTANDING: Final = Gauge("telemetry_records_outstanding", "Records sent to Kafka and not yet acknowledged")
"""Does Kafka keep up with what the producer takes in?"""
BUFFER_AGE: Final = Gauge("telemetry_buffer_age_seconds", "Age of the oldest reading that waits to be stored")
"""How near is the platform to refusing new readings (503 `buffer-too-old`)?"""
