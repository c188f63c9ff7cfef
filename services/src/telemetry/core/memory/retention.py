"""Dropping what is past a store's bound of time, whether or not anything new comes."""

import threading
import time
from typing import Final

from telemetry.core.memory import metrics
from telemetry.core.memory.store import MemoryStore
from telemetry_contract.times import MICROSECONDS_PER_SECOND

ROUNDS: Final = 256  # in the time that readings are kept
SHORTEST_SECONDS: Final = 1.0
LONGEST_SECONDS: Final = 60.0


def keep_bound(store: MemoryStore, retention: int, stop: threading.Event) -> None:
    """Evict what is older than `retention` (microseconds), in rounds, until `stop` is set."""
    pause = min(max(retention / MICROSECONDS_PER_SECOND / ROUNDS, SHORTEST_SECONDS), LONGEST_SECONDS)
    while not stop.wait(pause):
        metrics.count_evicted("time", store.evict_before(time.time_ns() // 1000 - retention))
