"""What analytics counts beside its requests: where answers came from, and what the store was asked."""

from enum import StrEnum
from typing import Final

from prometheus_client import Counter, Gauge, Histogram


class Source(StrEnum):
    """Where an answer came from; the values are labels."""

    HIT = "hit"
    """The cache."""
    MISS = "miss"
    """The store, asked for this request by this process or by another one."""
    SHARED = "shared"
    """The store, asked by this process for an earlier request that was still waiting."""
    DEGRADED = "degraded"
    """The store, because the cache is away."""


ANSWERS: Final = Counter("telemetry_cache_answers", "Answers that may be cached, by where they came from",
                         ["query", "source"])  # fmt: skip
"""What does the cache spare the store?"""
AWAITED: Final = Counter("telemetry_cache_awaited", "Misses that another process's question answered", ["query"])
"""How often does the lease in Redis spare a second question?"""
STALE: Final = Counter("telemetry_cache_stale_entries", "Entries found in the cache past their time", ["query"])
"""Do entries outlive their time in Redis, that is: do the clocks disagree?"""
QUERY_SECONDS: Final = Histogram(
    "telemetry_store_query_duration_seconds",
    "Time from asking the store to its answer, waiting for a connection included",
    ["query"],
    buckets=(0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30),
)
"""How much of a reader's wait is the store's?"""
QUERIES_IN_FLIGHT: Final = Gauge("telemetry_store_queries_in_flight", "Questions that wait for the store's answer")
"""How near is analytics to refusing (503 `saturated`)?"""
