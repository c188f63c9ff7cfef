"""What the demonstration says in words: how to query the platform, how it went, how to end it."""

from collections.abc import Iterator

from telemetry_operator.demo.show import Result
from telemetry_operator.demo.tables import in_words


def query_lines(analytics: str, token: str, machine: str) -> list[str]:
    """Shell lines that work as they are printed, each by itself, while the platform runs."""
    paths = [
        f"/api/v1/devices/{machine}/latest",
        f"/api/v1/devices/{machine}/readings?limit=3&order=desc",
        "/api/v1/devices?limit=5",
        "/api/v1/integrity",
    ]
    return [f"curl -sS -H 'Authorization: Bearer {token}' '{analytics.rstrip('/')}{path}'" for path in paths]


def result_lines(result: Result) -> Iterator[str]:
    """The summary, a fact a line."""
    closing, integrity = result.closing, result.integrity
    readings = sum(partition.readings for partition in integrity.partitions)
    yield f"acknowledged  {closing.acknowledged.count:,} readings, digest {closing.acknowledged.hex}"
    yield f"stored        {closing.found.stored.count:,} of them,  digest {closing.found.stored.hex}"
    yield f"missing       {closing.found.missing:,}; stored twice {closing.found.twice:,}"
    yield f"repeats       {result.books.repeats:,} readings were sent twice, and are stored once"
    balance = "balanced" if integrity.balanced else "NOT BALANCED"
    yield f"ledger        {balance}: {readings:,} readings passed the stream, {integrity.dead_letters:,} dead letters"
    yield f"fresh after   {in_words(result.freshness)}"
