"""Which of the namespaces the operator may look after.

Rights come and go with namespaces, and one that is missing must not keep the operator from the others.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import structlog

from telemetry_operator.cluster.client import Cluster
from telemetry_operator.cluster.errors import ClusterError
from telemetry_operator.cluster.kinds import PLATFORM

log = structlog.get_logger(__name__)

RETRY_SECONDS: Final = 5.0
REFUSED_SECONDS: Final = 60.0


@dataclass(frozen=True, slots=True)
class Reach:
    """Where platforms can be listed."""

    namespaces: tuple[str, ...]
    """Empty: everywhere."""
    refused: tuple[str, ...] = ()
    """Namespaces that were asked for, and cannot be looked after now."""


async def find_reach(cluster: Cluster, namespaces: Sequence[str]) -> Reach:
    """Wait until the kind is served and some of the namespaces (all, if none is named) can be looked after."""
    while True:
        reach = await _reach_now(cluster, namespaces)
        if reach is not None:
            return reach
        await asyncio.sleep(RETRY_SECONDS)


async def wait_for_more(cluster: Cluster, reach: Reach) -> None:
    """Return when a namespace that was refused can be looked after: the process then begins anew, with it."""
    while not reach.refused:
        await asyncio.Event().wait()
    while True:
        await asyncio.sleep(REFUSED_SECONDS)
        for namespace in reach.refused:
            if await _fault(cluster, namespace) is None:
                log.info("namespace-allowed", watched=namespace)
                return


async def _reach_now(cluster: Cluster, namespaces: Sequence[str]) -> Reach | None:
    faults = {place: await _fault(cluster, place) for place in namespaces or (None,)}
    for place, fault in faults.items():
        if fault is not None:
            log.error("cannot-list-platforms", watched=place or "all", error=str(fault))
    if not namespaces:
        return Reach(()) if faults[None] is None else None
    allowed = tuple(place for place in namespaces if faults[place] is None)
    return Reach(allowed, tuple(place for place in namespaces if place not in allowed)) if allowed else None


async def _fault(cluster: Cluster, namespace: str | None) -> ClusterError | None:
    try:
        await cluster.list(PLATFORM, namespace)
    except ClusterError as error:
        return error
    return None
