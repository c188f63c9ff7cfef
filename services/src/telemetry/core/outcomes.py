"""What can become of a reading that was accepted at the edge."""

from enum import StrEnum


class Outcome(StrEnum):
    """The end of one reading's way; the values are the names that ledger and metrics use."""

    STORED = "stored"
    DUPLICATE = "duplicate"
    CONFLICT = "conflict"
    DEAD = "dead"
    EXPIRED = "expired"
