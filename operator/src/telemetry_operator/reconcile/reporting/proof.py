"""What a synthetic reading proved of a platform, and when it is time for another. Pure."""

from dataclasses import dataclass
from typing import Final

from telemetry_contract.times import MICROSECONDS_PER_SECOND
from telemetry_operator.reconcile.reasons import Reason
from telemetry_operator.specs.status import ConditionType, PlatformStatus

AGAIN_SECONDS: Final = 300.0
"""A platform that nothing happened to is proved anew after so long: not all that breaks shows in its pods."""
RETRY_SECONDS: Final = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """One synthetic reading; `fault` says why it did not come back."""

    generation: int
    at: int
    """When it ended, µs."""
    pods: frozenset[str] = frozenset()
    """The platform's ready pods then, by uid."""
    seconds: float | None = None
    fault: str | None = None


def seconds_until_due(last: Proof | None, generation: int, pods: frozenset[str], now: int) -> float:
    """Seconds until a platform is to be proved again, for which `last` is the newest proof; 0 if at once."""
    if last is None or last.generation != generation:
        return 0.0
    since = (now - last.at) / MICROSECONDS_PER_SECOND
    if last.fault is None and last.pods == pods:
        return max(0.0, AGAIN_SECONDS - since)
    # Pods that come and go, as an autoscaler has them, bring no storm of readings either.
    return max(0.0, RETRY_SECONDS - since)


def is_proven(generation: int, previous: PlatformStatus, last: Proof | None) -> bool:
    """Whether a reading of this generation came back at any time, to whichever process."""
    before = previous.probe is not None and previous.probe.observed_generation == generation
    return before or (last is not None and last.generation == generation and last.fault is None)


def fault_of(generation: int, previous: PlatformStatus, last: Proof | None) -> str | None:
    """Why the newest reading of this generation failed; that of a predecessor of this process counts until the next."""
    if last is not None:
        return last.fault if last.generation == generation else None
    before = previous.condition(ConditionType.AVAILABLE)
    if before is None or before.observed_generation != generation or before.reason != Reason.PROBE_FAILED:
        return None
    return before.message
