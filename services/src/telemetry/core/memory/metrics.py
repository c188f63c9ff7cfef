"""What a store in memory tells about itself, in Prometheus' terms."""

from typing import Final

from prometheus_client import Counter, Gauge

from telemetry.core.memory.store import MemoryStore

EVICTED: Final = Counter("telemetry_memory_evicted_readings", "Readings dropped, by the bound they met", ["bound"])
"""Is history cut by its size (`size`) before its time (`time`)?"""
READINGS: Final = Gauge("telemetry_memory_readings", "Readings in memory")
"""How much history is there?"""
BYTES: Final = Gauge("telemetry_memory_bytes", "What the readings in memory take, as reckoned from their buffers")
"""How near is it to `TELEMETRY_MEMORY_BYTES`?"""
PER_READING: Final = Gauge("telemetry_memory_bytes_per_reading", "What a reading in memory takes on average")
"""What does a reading cost here, to plan memory by?"""
CAUGHT_UP: Final = Gauge("telemetry_memory_caught_up", "1 once all is read that stood in the log at the start")
"""Is history whole again after a restart, so that it is served?"""


def count_evicted(bound: str, readings: int) -> None:
    EVICTED.labels(bound).inc(readings)


def watch(store: MemoryStore) -> None:
    """Tell of this store whenever the metrics are asked for."""
    READINGS.set_function(lambda: store.readings)
    BYTES.set_function(lambda: store.size)
    PER_READING.set_function(lambda: store.size / max(1, store.readings))
