"""The producer's own metrics."""

from typing import Final

from prometheus_client import Counter, Gauge

from telemetry_contract.api import Status

_READINGS: Final = Counter("telemetry_readings", "Readings answered for, by what became of them", ["status"])
READINGS: Final = {status: _READINGS.labels(status.value) for status in Status}
OUTSTANDING: Final = Gauge("telemetry_records_outstanding", "Records sent to Kafka and not yet acknowledged")
BUFFER_AGE: Final = Gauge("telemetry_buffer_age_seconds", "Age of the oldest reading that waits to be stored")
