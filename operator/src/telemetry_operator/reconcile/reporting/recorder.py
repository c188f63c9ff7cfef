"""Writes notices as Events, few of them: nothing twice within a while, and no storm whatever happens."""

import time
from collections.abc import Iterable
from typing import Final, Protocol

import structlog

from telemetry_contract.times import MICROSECONDS_PER_SECOND, format_time
from telemetry_operator.cluster.errors import ClusterError
from telemetry_operator.reconcile.reporting.notices import Notice
from telemetry_operator.resources.naming import FIELD_MANAGER
from telemetry_operator.resources.objects import Object

log = structlog.get_logger(__name__)

REPORTER: Final = f"telemetry.dev/{FIELD_MANAGER}"
SILENCE_SECONDS: Final = 600.0
"""The same is not said again for so long."""
MOST: Final = 30
"""Events of one platform within that time."""
LONGEST_NOTE: Final = 1024  # characters, as the API server has it
LONGEST_PREFIX: Final = 200  # characters of the platform's name in an Event's


class Creator(Protocol):
    """Makes an object in the cluster."""

    async def create(self, built: Object) -> Object: ...


class Recorder:
    """Remembers what was said lately; what a predecessor of this process said may be said once more."""

    def __init__(self, cluster: Creator, *, instance: str) -> None:
        self._cluster = cluster
        self._instance = instance
        self._said: dict[str, dict[Notice, int]] = {}

    async def record(self, platform: Object, notices: Iterable[Notice], now: int) -> None:
        """Write what was not said lately. An Event that the API server does not take is logged, and let go."""
        self._forget(now)
        said = self._said.setdefault(platform["metadata"]["uid"], {})
        for notice in notices:
            if notice not in said and len(said) < MOST:
                said[notice] = now
                await self._write(build_event(platform, notice, self._instance, time.time_ns()))

    async def _write(self, event: Object) -> None:
        try:
            await self._cluster.create(event)
        except ClusterError as error:
            log.warning("event-not-written", reason=event["reason"], note=event["note"], error=str(error))

    def _forget(self, now: int) -> None:
        oldest = now - int(SILENCE_SECONDS * MICROSECONDS_PER_SECOND)
        kept = {uid: {notice: at for notice, at in said.items() if at >= oldest} for uid, said in self._said.items()}
        self._said = {uid: said for uid, said in kept.items() if said}


def build_event(platform: Object, notice: Notice, instance: str, nanoseconds: int) -> Object:
    """An Event of events.k8s.io/v1 about a platform, at a moment."""
    metadata = platform["metadata"]
    note = notice.note if len(notice.note) <= LONGEST_NOTE else f"{notice.note[: LONGEST_NOTE - 1]}…"
    return {
        "apiVersion": "events.k8s.io/v1",
        "kind": "Event",
        "metadata": {
            "name": f"{metadata['name'][:LONGEST_PREFIX]}.{nanoseconds:x}",
            "namespace": metadata["namespace"],
        },
        "eventTime": format_time(nanoseconds // 1000),
        "type": "Warning" if notice.is_warning else "Normal",
        "reason": notice.reason.value,
        "action": "Reconcile",
        "note": note,
        "regarding": {
            "apiVersion": platform["apiVersion"],
            "kind": platform["kind"],
            "name": metadata["name"],
            "namespace": metadata["namespace"],
            "uid": metadata["uid"],
        },
        "reportingController": REPORTER,
        "reportingInstance": instance[:128],
    }
