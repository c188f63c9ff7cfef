"""The operator's own Prometheus metrics, beside those that the platforms' services expose of themselves."""

from typing import Final

from prometheus_client import Counter, Gauge, Histogram

VISITS: Final = Counter("telemetry_operator_visits", "Visits of platforms, by how they ended", ["outcome"])
"""How often are platforms looked at, and how many of these visits fail? `gone` found the platform deleted."""
VISIT_SECONDS: Final = Histogram(
    "telemetry_operator_visit_duration_seconds",
    "Time from the beginning of a visit to its end",
    buckets=(0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 240),
)
"""How long does it take to compare a platform with its manifest, and to put right what differs?"""
QUEUE_DEPTH: Final = Gauge(
    "telemetry_operator_queue_depth", "Platforms, benchmarks and comparisons whose visit is due and has not begun"
)
"""Does the operator keep up with the changes?"""
PLATFORMS: Final = Gauge("telemetry_operator_platforms", "Platforms that the operator looks after")
"""How many platforms are there, as far as the leader has seen?"""
LEADER: Final = Gauge("telemetry_operator_leader", "1 while this process leads")
"""Which process works, and which stands by?"""
WATCH_SILENCE: Final = Gauge(
    "telemetry_operator_watch_silence_seconds", "Longest time since a watch of the API server was last answered"
)
"""Does the operator still hear of changes? Above 280 s `/livez` fails."""
CORRECTIONS: Final = Counter("telemetry_operator_drift_corrections", "Objects put back as they should be", ["kind"])
"""Does somebody, or something, change or delete what belongs to the platforms?"""
CONFLICTS: Final = Counter(
    "telemetry_operator_apply_conflicts", "Writes that the API server refused as conflicts", ["kind"]
)
"""Does another writer hold on to fields that are the operator's?"""
RUNS: Final = Counter("telemetry_operator_benchmark_runs", "Runs of benchmarks that came to an end", ["verdict"])
"""What did the runs show, and how many could not be had?"""
CELLS: Final = Counter(
    "telemetry_operator_comparison_cells",
    "Cells of comparisons that came to an end, by whether they have a number",
    ["outcome"],
)
"""How many cells were run, and how many have no number? `measured` has one, `failed` has none."""
AVAILABLE_SECONDS: Final = Histogram(
    "telemetry_operator_time_to_available_seconds",
    "Time from a platform's creation to the first time that it was available",
    buckets=(5, 10, 20, 30, 45, 60, 90, 120, 180, 300, 600, 1800),
)
"""How long does somebody wait who applies a new manifest?"""
