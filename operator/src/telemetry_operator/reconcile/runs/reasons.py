"""Every reason that a benchmark's condition can have. `docs/runbook.md` says of each what it means and what to do."""

from enum import StrEnum
from typing import NamedTuple


class RunReason(StrEnum):
    """One word for why a run is as it is."""

    # It may not be had as it is asked for: no load was started.
    INVALID_SPEC = "InvalidSpec"
    PLATFORM_MISSING = "PlatformMissing"
    PLATFORM_NOT_AVAILABLE = "PlatformNotAvailable"
    RUN_DOES_NOT_FIT = "RunDoesNotFit"
    FOREIGN_DATA = "ForeignData"

    # It began, and could not be brought to its end.
    UNSCHEDULABLE = "Unschedulable"
    APPLY_FAILED = "ApplyFailed"
    PODS_FORBIDDEN = "PodsForbidden"
    IMAGE_PULL_FAILED = "ImagePullFailed"
    CONTAINER_NOT_STARTED = "ContainerNotStarted"
    OUT_OF_MEMORY = "OutOfMemory"
    WORKER_LOST = "WorkerLost"
    MASTER_LOST = "MasterLost"
    TARGET_GONE = "TargetGone"
    GENERATOR_FAILED = "GeneratorFailed"
    BOOKS_NOT_COMPARED = "BooksNotCompared"
    DEADLINE_EXCEEDED = "DeadlineExceeded"

    # It is on its way.
    QUEUED = "Queued"
    STARTING_PODS = "StartingPods"
    LOADING = "Loading"
    CLOSING_BOOKS = "ClosingBooks"

    # It is over.
    MEASURED = "Measured"
    STOPPED = "Stopped"
    NO_FAILURE = "NoFailure"


class Said(NamedTuple):
    """A reason, and the sentence that goes with it."""

    reason: RunReason
    message: str
