"""Leadership by a Lease: of all operators of one release one works, and the others stand by.

Each candidate looks every `RETRY_SECONDS`. It leads if nobody does, or if the leader has not renewed the Lease for
`LEASE_SECONDS`, counted by the candidate's own clock from when it saw the last renewal: no two clocks are compared. A
leader that cannot renew gives up `RENEW_SECONDS` after the last renewal; with the pause and the attempt then under way
that is 14.5 s at most, before another may lead. Why not `kubernetes.aio.leaderelection`: docs/adr/0016.
"""

import asyncio
import os
import socket
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Final, Protocol

import structlog

from telemetry_operator.cluster.errors import ClusterError, ConflictError
from telemetry_operator.cluster.kinds import LEASE
from telemetry_operator.resources.objects import Kind, Object

log = structlog.get_logger(__name__)

LEASE_SECONDS: Final = 15
RENEW_SECONDS: Final = 10.0
RETRY_SECONDS: Final = 2.0
ATTEMPT_SECONDS: Final = 2.5


class LeaseCluster(Protocol):
    """What leadership needs of the cluster."""

    async def get(self, kind: Kind, namespace: str, name: str) -> Object | None: ...

    async def create(self, built: Object) -> Object: ...

    async def apply(self, built: Object) -> Object: ...


class Leadership:
    """One candidate: waits for the Lease, keeps it, gives it back."""

    def __init__(
        self,
        cluster: LeaseCluster,
        *,
        namespace: str,
        name: str,
        identity: str,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.identity = identity
        self._cluster = cluster
        self._namespace = namespace
        self._name = name
        self._clock = clock
        self._seen: tuple[str, float] = ("", 0.0)
        """The Lease's version, and when this candidate first saw it."""
        self._renewed = 0.0
        """When the attempt began that last renewed the Lease."""
        self._holder = ""
        """Who held the Lease when it was last looked at or written."""
        self._turn = asyncio.Lock()
        """A renewal under way must not take back what is being released."""
        self._released = False

    async def acquire(self) -> None:
        """Wait until this candidate leads."""
        log.info("standing-by", lease=self._name, identity=self.identity)
        while True:
            if await self._attempt():
                break
            await asyncio.sleep(RETRY_SECONDS)
        log.info("leading", lease=self._name, identity=self.identity)

    async def renew(self) -> None:
        """Keep the Lease; returns when it is lost. Then nothing more may be written."""
        while self._holder == self.identity and self._clock() < self._renewed + RENEW_SECONDS:
            await asyncio.sleep(RETRY_SECONDS)
            if self._released:
                return
            await self._attempt()
        log.error("leadership-lost", lease=self._name, identity=self.identity)

    def leads(self) -> bool:
        """Whether nobody else can lead now; asked before each write.

        A process that stood still for a while goes on where it was, before it learns that it has been replaced.
        """
        is_ours = self._holder == self.identity and not self._released
        return is_ours and self._clock() < self._renewed + RENEW_SECONDS

    async def release(self) -> None:
        """Let the next candidate lead at once; to be called when nothing more will be written."""
        async with self._turn:
            self._released = True
            try:
                async with asyncio.timeout(ATTEMPT_SECONDS):
                    await self._give_back()
            except (TimeoutError, ClusterError) as error:
                # It runs out by itself.
                log.warning("lease-not-released", error=str(error) or type(error).__name__)

    async def _give_back(self) -> None:
        lease = await self._cluster.get(LEASE, self._namespace, self._name)
        if lease is None or _holder_of(lease) != self.identity:
            return
        transitions = lease["spec"]["leaseTransitions"]
        await self._write(lease, {"leaseDurationSeconds": 1, "renewTime": _now(), "leaseTransitions": transitions})
        log.info("lease-released", lease=self._name)

    async def _attempt(self) -> bool:
        """Take or renew the Lease if that may be done now; whether it was."""
        async with self._turn:
            began = self._clock()
            taken = not self._released and await self._tried()
            if taken:
                self._renewed = began
            return taken

    async def _tried(self) -> bool:
        try:
            async with asyncio.timeout(ATTEMPT_SECONDS):
                return await self._take()
        except ConflictError:
            # Another was quicker.
            return False
        except (TimeoutError, ClusterError) as error:
            log.warning("lease-attempt-failed", error=str(error) or type(error).__name__)
            return False

    async def _take(self) -> bool:
        lease = await self._cluster.get(LEASE, self._namespace, self._name)
        if lease is None:
            # Held by nobody yet: only what is applied later can be taken away again by applying less.
            lease = await self._cluster.create(self._build({}))
        if not self._is_free(lease):
            self._holder = _holder_of(lease)
            return False
        await self._write(lease, self._claim(lease))
        self._holder = self.identity
        return True

    def _is_free(self, lease: Object) -> bool:
        version, now = lease["metadata"]["resourceVersion"], self._clock()
        if version != self._seen[0]:
            self._seen = (version, now)
        return _holder_of(lease) in {"", self.identity} or now >= self._seen[1] + LEASE_SECONDS

    def _claim(self, lease: Object) -> Object:
        spec, now = lease.get("spec") or {}, _now()
        is_ours = _holder_of(lease) == self.identity
        return {
            "holderIdentity": self.identity,
            "leaseDurationSeconds": LEASE_SECONDS,
            "acquireTime": (is_ours and spec.get("acquireTime")) or now,
            "renewTime": now,
            "leaseTransitions": (spec.get("leaseTransitions") or 0) + (not is_ours),
        }

    async def _write(self, lease: Object, spec: Object) -> None:
        """Write the Lease if it is still as it was read.

        Raises:
            ConflictError: it is not.
        """
        await self._cluster.apply(self._build(spec, version=lease["metadata"]["resourceVersion"]))

    def _build(self, spec: Object, *, version: str | None = None) -> Object:
        metadata = {"namespace": self._namespace, "name": self._name}
        if version is not None:
            metadata["resourceVersion"] = version
        return {"apiVersion": LEASE.api_version, "kind": LEASE.kind, "metadata": metadata, "spec": spec}


def unique_identity() -> str:
    """An identity for a process that no pod's name tells apart."""
    return f"{socket.gethostname()}-{os.getpid()}"


def _holder_of(lease: Object) -> str:
    return (lease.get("spec") or {}).get("holderIdentity") or ""


def _now() -> str:
    """This moment in the one form of time that Leases take, with all six digits of the fraction."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
