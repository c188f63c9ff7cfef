"""Leadership by a Lease: of all operators of one release one works, and the others stand by.

The algorithm is `kubernetes.aio.leaderelection`'s; here are the times, an end to every attempt, and the release. A
leader that cannot renew gives up before another may take over: after a pause, the time for renewing, the last attempt
and another pause, 2 + 10 + 2.5 + 2 seconds, which is less than 17. Another looks every 2 s, so it leads in about 20.
"""

import asyncio
import os
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

import aiohttp
import structlog
from kubernetes.aio.client.api_client import ApiClient
from kubernetes.aio.client.configuration import Configuration
from kubernetes.aio.client.exceptions import ApiException
from kubernetes.aio.leaderelection.electionconfig import Config
from kubernetes.aio.leaderelection.leaderelection import LeaderElection
from kubernetes.aio.leaderelection.resourcelock.leaselock import LeaseLock

log = structlog.get_logger(__name__)

LEASE_SECONDS: Final = 17
RENEW_SECONDS: Final = 10
RETRY_SECONDS: Final = 2
ATTEMPT_SECONDS: Final = 2.5


class Leadership:
    """One candidate: waits for the Lease, keeps it, gives it back."""

    def __init__(self, api: ApiClient, *, namespace: str, name: str, identity: str) -> None:
        self.identity = identity
        self._lock = LeaseLock(name, namespace, identity, api)
        self._election = _Election(
            Config(
                self._lock,
                lease_duration=LEASE_SECONDS,
                renew_deadline=RENEW_SECONDS,
                retry_period=RETRY_SECONDS,
                onstarted_leading=_nothing,
                onstopped_leading=_nothing,
            )
        )

    async def acquire(self) -> None:
        """Wait until this candidate leads."""
        log.info("standing-by", lease=self._lock.name, identity=self.identity)
        await self._election.acquire()
        log.info("leading", lease=self._lock.name, identity=self.identity)

    async def renew(self) -> None:
        """Keep the Lease; returns when it is lost. Then nothing more may be written."""
        await self._election.renew_loop()
        log.error("leadership-lost", lease=self._lock.name, identity=self.identity)

    async def release(self) -> None:
        """Let the next candidate lead at once; to be called when nothing more will be written."""
        try:
            async with asyncio.timeout(ATTEMPT_SECONDS):
                await self._give_back()
        except (TimeoutError, aiohttp.ClientError, ApiException) as error:
            # It runs out by itself.
            log.warning("lease-not-released", error=str(error) or type(error).__name__)

    async def _give_back(self) -> None:
        found, _ = await self._lock.get(self._lock.name, self._lock.namespace)
        lease = self._lock.lease_reference
        if not found or lease is None or lease.spec is None or lease.spec.holder_identity != self.identity:
            return
        lease.spec.holder_identity = None
        await self._lock.api_instance.replace_namespaced_lease(
            name=self._lock.name, namespace=self._lock.namespace, body=lease
        )
        log.info("lease-released", lease=self._lock.name)


class _Election(LeaderElection):
    """The library's, with an end to each attempt: it waits minutes for an answer, and dies of a broken connection."""

    async def try_acquire_or_renew(self) -> bool:
        try:
            async with asyncio.timeout(ATTEMPT_SECONDS):
                return await super().try_acquire_or_renew()
        except (TimeoutError, aiohttp.ClientError, ApiException) as error:
            log.warning("lease-attempt-failed", error=str(error) or type(error).__name__)
            return False


@asynccontextmanager
async def candidate(
    configuration: Configuration, *, namespace: str, name: str, identity: str | None
) -> AsyncIterator[Leadership]:
    """A candidate with a connection of its own: a busy one must not cost the lead."""
    async with ApiClient(configuration) as api:
        yield Leadership(api, namespace=namespace, name=name, identity=identity or unique_identity())


def unique_identity() -> str:
    """An identity for a process that no pod's name tells apart."""
    return f"{socket.gethostname()}-{os.getpid()}"


async def _nothing() -> None:
    """What the library calls at the turns, where we wait for its methods ourselves."""
