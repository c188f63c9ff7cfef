"""The names of a platform's topics and of its consumer group, all from one prefix."""


def readings_topic(prefix: str) -> str:
    """Slices of requests, keyed by device."""
    return f"{prefix}.readings"


def heartbeats_topic(prefix: str) -> str:
    """The consumer's heartbeats, compacted, keyed by partition of the readings topic."""
    return f"{prefix}.heartbeats"


def dead_letters_topic(prefix: str) -> str:
    """Poison, where the store is memory; otherwise dead letters are a table."""
    return f"{prefix}.dead-letters"


def consumer_group(prefix: str) -> str:
    return f"{prefix}.consumer"
