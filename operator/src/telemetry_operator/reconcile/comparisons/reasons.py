"""Every reason that a comparison's condition or Event can have. `docs/runbook.md` says what each means."""

from enum import StrEnum
from typing import NamedTuple


class ComparisonReason(StrEnum):
    """One word for why a comparison is as it is."""

    # It may not be had as it is asked for: nothing was made.
    INVALID_SPEC = "InvalidSpec"
    NOTHING_TO_COMPARE = "NothingToCompare"

    # It is on its way.
    QUEUED = "Queued"
    PREPARING_CELL = "PreparingCell"
    LOADING_CELL = "LoadingCell"
    CLEARING_CELL = "ClearingCell"
    CELL_FAILED = "CellFailed"
    """Of an Event."""
    NOT_EQUAL = "NotEqual"
    """Of an Event."""

    # It is over.
    COMPARED = "Compared"
    STOPPED = "Stopped"
    DEADLINE_EXCEEDED = "DeadlineExceeded"
    NO_NUMBERS = "NoNumbers"
    NO_FAILURE = "NoFailure"


class Said(NamedTuple):
    """A reason, and the sentence that goes with it."""

    reason: ComparisonReason
    message: str
