"""Every reason that a condition can have. `docs/runbook.md` says of each what it means and what to do."""

from enum import StrEnum
from typing import NamedTuple


class Reason(StrEnum):
    """One word for why a condition is as it is; within each group the worst first."""

    # The platform cannot be brought to what the spec says until a person acts.
    INVALID_SPEC = "InvalidSpec"
    SECRET_MISSING = "SecretMissing"  # noqa: S105 - a name, no password
    REVOCATIONS_MISSING = "RevocationsMissing"
    STORAGE_CHANGE_REFUSED = "StorageChangeRefused"
    APPLY_FAILED = "ApplyFailed"
    DRAIN_BLOCKED = "DrainBlocked"

    # What goes wrong with pods, jobs and volumes.
    PREPARE_FAILED = "PrepareFailed"
    VOLUME_PENDING = "VolumePending"
    VOLUME_NOT_MOUNTED = "VolumeNotMounted"
    QUOTA_EXCEEDED = "QuotaExceeded"
    PODS_FORBIDDEN = "PodsForbidden"
    IMAGE_PULL_FAILED = "ImagePullFailed"
    CONTAINER_NOT_STARTED = "ContainerNotStarted"
    INIT_FAILED = "InitFailed"
    OUT_OF_MEMORY = "OutOfMemory"
    CRASH_LOOPING = "CrashLooping"
    UNSCHEDULABLE = "Unschedulable"
    NOT_READY = "NotReady"
    ROLLOUT_STUCK = "RolloutStuck"

    # What goes wrong with readings.
    NO_READY_PODS = "NoReadyPods"
    PROBE_FAILED = "ProbeFailed"

    # What the operator does, or waits for.
    APPLYING = "Applying"
    STARTING_SERVERS = "StartingServers"
    PREPARING = "Preparing"
    ROLLING_OUT = "RollingOut"
    DRAINING = "Draining"
    CHANGING_ARCHITECTURE = "ChangingArchitecture"
    PROVING = "Proving"

    # What the owner wants so.
    PAUSED = "Paused"
    STOPPED = "Stopped"

    # What the owner may regret.
    PERSISTENT_FIGHT = "PersistentFight"
    HISTORY_UNREAD = "HistoryUnread"
    AUTOSCALER_INACTIVE = "AutoscalerInactive"
    NO_DISRUPTION_BUDGET = "NoDisruptionBudget"
    RISKY_SPEC = "RiskySpec"

    # All is as it should be.
    AS_SPECIFIED = "AsSpecified"
    READING_SEEN = "ReadingSeen"
    AT_REST = "AtRest"
    NO_FAILURE = "NoFailure"
    NOT_PAUSED = "NotPaused"
    NO_DANGER = "NoDanger"


class Said(NamedTuple):
    """A reason, and the sentence that goes with it."""

    reason: Reason
    message: str
