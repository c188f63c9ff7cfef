import asyncio
import copy
import types
from collections.abc import Awaitable, Callable
from datetime import datetime

import aiohttp
import pytest
from kubernetes.aio.client.api_client import ApiClient
from kubernetes.aio.client.exceptions import ApiException
from kubernetes.aio.client.models.v1_lease import V1Lease
from kubernetes.aio.leaderelection import leaderelection

from telemetry_operator.controller import lease
from telemetry_operator.controller.lease import LEASE_SECONDS, Leadership
from tests.support.virtual_time import run_in_virtual_time


class Leases:
    """The API server's side: one Lease, which may be away, or answer late."""

    def __init__(self) -> None:
        self.stored: V1Lease | None = None
        self.version = 0
        self.away: Callable[[], Awaitable[None]] | None = None
        self.written: list[tuple[float, str | None]] = []

    async def read_namespaced_lease(self, _name: str, _namespace: str) -> V1Lease:
        await self._answer()
        if self.stored is None:
            missing = ApiException(status=404, reason="Not Found")
            missing.body = '{"code": 404}'
            raise missing
        return copy.deepcopy(self.stored)

    async def create_namespaced_lease(self, _namespace: str, body: V1Lease, **_: object) -> None:
        await self._answer()
        if self.stored is not None:
            raise ApiException(status=409, reason="AlreadyExists")
        self._store(body)

    async def replace_namespaced_lease(self, *, body: V1Lease, **_: str) -> None:
        await self._answer()
        assert body.metadata is not None
        if body.metadata.resource_version != str(self.version):
            raise ApiException(status=409, reason="Conflict")
        self._store(body)

    def _store(self, body: V1Lease) -> None:
        self.version += 1
        self.stored = copy.deepcopy(body)
        assert self.stored.metadata is not None
        assert self.stored.spec is not None
        self.stored.metadata.resource_version = str(self.version)
        # As the API server's JSON is read back.
        self.stored.spec.acquire_time = lease_time(self.stored.spec.acquire_time)
        self.stored.spec.renew_time = lease_time(self.stored.spec.renew_time)
        self.written.append((asyncio.get_running_loop().time(), self.stored.spec.holder_identity))

    async def _answer(self) -> None:
        if self.away is not None:
            await self.away()


def lease_time(written: datetime | str | None) -> datetime | None:
    return datetime.fromisoformat(written.rstrip("Z")) if isinstance(written, str) else written


async def refused() -> None:
    raise aiohttp.ClientConnectionError("connection refused")


async def hanging() -> None:
    await asyncio.Event().wait()


@pytest.fixture(autouse=True)
def virtual_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """The library asks the wall clock; it shall tell the loop's time."""
    # Half a second keeps times from being whole, which the library cannot write.
    clock = types.SimpleNamespace(time=lambda: asyncio.get_running_loop().time() + 1_700_000_000.512345)
    monkeypatch.setattr(leaderelection, "time", clock)


def candidate(leases: Leases, identity: str) -> Leadership:
    found = Leadership(ApiClient(), namespace="n", name="operator", identity=identity)
    found._lock.api_instance = leases  # type: ignore[assignment]
    return found


def now() -> float:
    return asyncio.get_running_loop().time()


def test_the_first_candidate_leads_at_once() -> None:
    async def run() -> None:
        leases = Leases()
        await candidate(leases, "a").acquire()
        assert leases.written == [(0.0, "a")]

    run_in_virtual_time(run())


def test_a_second_candidate_writes_nothing_while_the_first_renews() -> None:
    async def run() -> None:
        leases = Leases()
        first, second = candidate(leases, "a"), candidate(leases, "b")
        await first.acquire()
        renewing, waiting = asyncio.create_task(first.renew()), asyncio.create_task(second.acquire())
        await asyncio.sleep(600)
        assert {holder for _, holder in leases.written} == {"a"}
        assert not waiting.done()
        renewing.cancel()
        waiting.cancel()

    run_in_virtual_time(run())


def test_another_leads_soon_after_the_leader_was_killed() -> None:
    async def run() -> None:
        leases = Leases()
        first, second = candidate(leases, "a"), candidate(leases, "b")
        await first.acquire()
        renewing = asyncio.create_task(first.renew())
        waiting = asyncio.create_task(second.acquire())
        await asyncio.sleep(30)
        renewing.cancel()
        await waiting
        assert now() - 30 < 22

    run_in_virtual_time(run())


@pytest.mark.parametrize("fault", [refused, hanging], ids=["refused", "hanging"])
def test_a_leader_that_cannot_renew_gives_up_before_another_may_lead(fault: Callable[[], Awaitable[None]]) -> None:
    async def run() -> None:
        leases = Leases()
        first = candidate(leases, "a")
        await first.acquire()
        renewing = asyncio.create_task(first.renew())
        await asyncio.sleep(31)
        leases.away = fault
        await renewing
        renewed, _ = leases.written[-1]
        assert now() - renewed < LEASE_SECONDS

    run_in_virtual_time(run())


@pytest.mark.parametrize("fault", [refused, hanging], ids=["refused", "hanging"])
def test_a_short_outage_costs_nobody_the_lead(fault: Callable[[], Awaitable[None]]) -> None:
    async def run() -> None:
        leases = Leases()
        first = candidate(leases, "a")
        await first.acquire()
        renewing = asyncio.create_task(first.renew())
        leases.away = fault
        await asyncio.sleep(6)
        leases.away = None
        await asyncio.sleep(60)
        assert not renewing.done()
        renewing.cancel()

    run_in_virtual_time(run())


def test_a_candidate_outlives_an_api_server_that_is_away() -> None:
    async def run() -> None:
        leases = Leases()
        leases.away = refused
        waiting = asyncio.create_task(candidate(leases, "a").acquire())
        await asyncio.sleep(600)
        assert not waiting.done()
        leases.away = None
        await waiting

    run_in_virtual_time(run())


def test_a_lease_given_back_is_anothers_at_the_next_look() -> None:
    async def run() -> None:
        leases = Leases()
        first, second = candidate(leases, "a"), candidate(leases, "b")
        await first.acquire()
        waiting = asyncio.create_task(second.acquire())
        await asyncio.sleep(5)
        await first.release()
        released = now()
        await waiting
        assert now() - released <= lease.RETRY_SECONDS

    run_in_virtual_time(run())


def test_who_does_not_lead_gives_nothing_back() -> None:
    async def run() -> None:
        leases = Leases()
        await candidate(leases, "a").acquire()
        await candidate(leases, "b").release()
        assert leases.written[-1][1] == "a"

    run_in_virtual_time(run())


def test_a_lease_that_cannot_be_given_back_does_not_hold_up_the_end() -> None:
    async def run() -> None:
        leases = Leases()
        first = candidate(leases, "a")
        await first.acquire()
        leases.away = hanging
        await first.release()

    run_in_virtual_time(run())
