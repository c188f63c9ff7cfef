"""The end of a visit: prove the platform, say how it is, and tell what happened."""

import time
from typing import Final, Protocol

from telemetry_operator.cluster.errors import NotFoundError
from telemetry_operator.cluster.protocols import StatusWriter
from telemetry_operator.reconcile.plan import Visit
from telemetry_operator.reconcile.reporting.notices import notices_of
from telemetry_operator.reconcile.reporting.readiness import Prober
from telemetry_operator.reconcile.reporting.recorder import Creator, Recorder
from telemetry_operator.reconcile.reporting.repairs import WINDOW_SECONDS, Repairs
from telemetry_operator.reconcile.reporting.standing import Standing, standing_of
from telemetry_operator.reconcile.reporting.status import build_status, dump_status, is_changed
from telemetry_operator.resources.objects import Object
from telemetry_operator.specs.status import PlatformStatus, read_status

FAILING_LOOK_SECONDS: Final = 60.0
"""A failure that does not change is looked at again after so long: it may have lasted long enough to be told."""


class ReportingCluster(StatusWriter, Creator, Protocol):
    """What a report needs of the cluster."""


class Reporter:
    """Reports of all platforms; keeps in memory what was proved, repaired and said of each."""

    def __init__(self, cluster: ReportingCluster, *, instance: str, prober: Prober | None = None) -> None:
        self._cluster = cluster
        self._prober = prober or Prober()
        self._recorder = Recorder(cluster, instance=instance)
        self._repairs = Repairs()

    async def report(self, visit: Visit) -> float | None:
        """Write what is new about a platform; seconds after which it wants to be visited again, if it knows any.

        Raises:
            ClusterError: the status could not be written.
        """
        if visit.plan.leaving:
            return None
        platform, previous = visit.observed.platform, read_status(visit.observed.platform)
        self._repairs.note(visit, _now())
        fights = self._repairs.fights(platform["metadata"]["uid"])
        proof = await self._prober.look(visit, previous, _now())
        now = _now()
        standing = standing_of(visit, previous, proof, now, fights)
        status = build_status(standing, visit.plan, previous, proof, now)
        if not await self._write(platform, status):
            return None
        await self._recorder.record(platform, notices_of(previous, status, visit), now)
        looks = (self._prober.again_in(visit, previous, now), _look_at(standing, fights))
        return min((look for look in looks if look is not None), default=None)

    async def close(self) -> None:
        """Wait for no reading that is under way."""
        await self._prober.close()

    async def _write(self, platform: Object, status: PlatformStatus) -> bool:
        """Whether there is such a platform still; written only if it says anything new."""
        new = dump_status(status)
        if is_changed(platform.get("status") or {}, new):
            try:
                await self._cluster.patch_status(platform, new)
            except NotFoundError:
                return False
        return True


def _look_at(standing: Standing, fights: tuple[str, ...]) -> float | None:
    if standing.failures or standing.stuck:
        return FAILING_LOOK_SECONDS
    return WINDOW_SECONDS if fights else None


def _now() -> int:
    return time.time_ns() // 1000
