"""Why a generator's process ended with nothing measured: a reason in one word, and a sentence.

In a cluster they are a pod's last words (its termination message), where they outlive the pod; the operator reads them.
"""

from enum import StrEnum
from typing import NamedTuple


class Ending(StrEnum):
    """What became of a master or a worker that did not end as it should."""

    WORKERS_MISSING = "WorkersMissing"
    """Not all workers were ready in time."""
    WORKER_LOST = "WorkerLost"
    """A worker went before the first arrival was due."""
    TARGET_REFUSES = "TargetRefuses"
    """The platform did not take the first readings, or does not show them."""
    CLOCKS_DIFFER = "ClocksDiffer"
    """A worker's clock and the master's are too far apart for one start."""
    STOPPED = "Stopped"
    """Somebody ended the run before its first arrival."""
    MASTER_LOST = "MasterLost"
    """A worker hears nothing of its master."""
    NOT_FETCHED = "NotFetched"
    """Nobody fetched the result for as long as it was kept."""
    BROKEN = "Broken"
    """The generator itself failed."""


class LastWords(NamedTuple):
    """What a process said as it ended."""

    ending: Ending
    message: str

    def __str__(self) -> str:
        return f"{self.ending}: {self.message}"


def parse_last_words(text: str) -> LastWords:
    """Read last words again; text of another form is what something broke with."""
    ending, separator, message = text.strip().partition(": ")
    if separator and ending in set(Ending):
        return LastWords(Ending(ending), message)
    return LastWords(Ending.BROKEN, text.strip() or "it said nothing")
