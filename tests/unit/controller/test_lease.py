import asyncio
import copy
from collections.abc import Awaitable, Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telemetry_operator.cluster.errors import AlreadyExistsError, ConflictError, UnavailableError
from telemetry_operator.controller.lease import LEASE_SECONDS, RENEW_SECONDS, RETRY_SECONDS, Leadership
from telemetry_operator.resources.objects import Kind, Object
from tests.support.virtual_time import run_in_virtual_time

Fault = Callable[[], Awaitable[None]]


class Leases:
    """The API server's side: one Lease, which may be away, or answer late."""

    def __init__(self) -> None:
        self.stored: Object | None = None
        self.version = 0
        self.fault: Fault | None = None
        self.held: list[tuple[float, str]] = []
        """Who held the Lease since when, by each write."""

    async def get(self, _kind: Kind, _namespace: str, _name: str) -> Object | None:
        await self._answer()
        return copy.deepcopy(self.stored)

    async def create(self, built: Object) -> Object:
        await self._answer()
        if self.stored is not None:
            raise AlreadyExistsError("somebody was first")
        return self._store(built)

    async def apply(self, built: Object) -> Object:
        await self._answer()
        if built["metadata"]["resourceVersion"] != str(self.version):
            raise ConflictError("somebody was first")
        return self._store(built)

    def _store(self, built: Object) -> Object:
        self.version += 1
        self.stored = copy.deepcopy(built)
        self.stored["metadata"]["resourceVersion"] = str(self.version)
        self.held.append((now(), built["spec"].get("holderIdentity", "")))
        return copy.deepcopy(self.stored)

    async def _answer(self) -> None:
        await asyncio.sleep(0)
        if self.fault is not None:
            await self.fault()


async def refused() -> None:
    raise UnavailableError("connection refused")


async def hanging() -> None:
    await asyncio.Event().wait()


faults = pytest.mark.parametrize("fault", [refused, hanging], ids=["refused", "hanging"])


def candidate(leases: Leases, identity: str) -> Leadership:
    return Leadership(leases, namespace="n", name="operator", identity=identity, clock=now)


def now() -> float:
    return asyncio.get_running_loop().time()


def test_the_first_candidate_leads_at_once() -> None:
    async def run() -> None:
        leases = Leases()
        await candidate(leases, "a").acquire()
        assert leases.held[-1] == (0.0, "a")

    run_in_virtual_time(run())


def test_of_candidates_that_come_together_one_leads() -> None:
    async def run() -> None:
        leases = Leases()
        waiting = [asyncio.create_task(candidate(leases, name).acquire()) for name in "abc"]
        _, others = await asyncio.wait(waiting, timeout=10)
        assert len(others) == 2
        for other in others:
            other.cancel()

    run_in_virtual_time(run())


def test_a_second_candidate_writes_nothing_while_the_first_renews() -> None:
    async def run() -> None:
        leases = Leases()
        first, second = candidate(leases, "a"), candidate(leases, "b")
        await first.acquire()
        renewing, waiting = asyncio.create_task(first.renew()), asyncio.create_task(second.acquire())
        await asyncio.sleep(600)
        assert {holder for _, holder in leases.held[1:]} == {"a"}
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
        assert now() - 30 <= 20

    run_in_virtual_time(run())


def test_a_process_that_stood_still_may_not_write_before_it_has_looked() -> None:
    async def run() -> None:
        leases = Leases()
        first, second = candidate(leases, "a"), candidate(leases, "b")
        await first.acquire()
        assert (first.leads(), second.leads()) == (True, False)
        await asyncio.sleep(RENEW_SECONDS)
        assert not first.leads()
        await second.acquire()
        assert (first.leads(), second.leads()) == (False, True)

    run_in_virtual_time(run())


def test_a_leader_that_renews_may_write_until_it_gives_the_lease_back() -> None:
    async def run() -> None:
        leader = candidate(Leases(), "a")
        await leader.acquire()
        renewing = asyncio.create_task(leader.renew())
        await asyncio.sleep(600)
        assert leader.leads()
        await leader.release()
        assert not leader.leads()
        await renewing

    run_in_virtual_time(run())


@faults
def test_a_leader_that_cannot_renew_gives_up_before_another_may_lead(fault: Fault) -> None:
    async def run() -> None:
        leases = Leases()
        first = candidate(leases, "a")
        await first.acquire()
        renewing = asyncio.create_task(first.renew())
        await asyncio.sleep(31)
        leases.fault = fault
        await renewing
        renewed, _ = leases.held[-1]
        assert now() - renewed < LEASE_SECONDS

    run_in_virtual_time(run())


@faults
def test_a_short_outage_costs_nobody_the_lead(fault: Fault) -> None:
    async def run() -> None:
        leases = Leases()
        first = candidate(leases, "a")
        await first.acquire()
        renewing = asyncio.create_task(first.renew())
        leases.fault = fault
        await asyncio.sleep(6)
        leases.fault = None
        await asyncio.sleep(60)
        assert not renewing.done()
        renewing.cancel()

    run_in_virtual_time(run())


def test_a_leader_whose_lease_another_took_gives_up() -> None:
    async def run() -> None:
        leases = Leases()
        first = candidate(leases, "a")
        await first.acquire()
        assert leases.stored is not None
        leases.stored["spec"]["holderIdentity"] = "somebody"
        await first.renew()
        assert now() <= RETRY_SECONDS

    run_in_virtual_time(run())


@faults
def test_a_candidate_outlives_an_api_server_that_is_away(fault: Fault) -> None:
    async def run() -> None:
        leases = Leases()
        leases.fault = fault
        waiting = asyncio.create_task(candidate(leases, "a").acquire())
        await asyncio.sleep(600)
        assert not waiting.done()
        leases.fault = None
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
        assert now() - released <= RETRY_SECONDS

    run_in_virtual_time(run())


@given(moment=st.floats(0, 10), delay=st.floats(0, 1))
def test_a_renewal_does_not_take_back_what_was_released(moment: float, delay: float) -> None:
    async def slow() -> None:
        await asyncio.sleep(delay)

    async def run() -> None:
        leases = Leases()
        leases.fault = slow
        first = candidate(leases, "a")
        await first.acquire()
        renewing = asyncio.create_task(first.renew())
        await asyncio.sleep(moment)
        await first.release()
        await renewing
        assert leases.held[-1][1] == ""

    run_in_virtual_time(run())


def test_a_lease_counts_its_leaders() -> None:
    async def run() -> None:
        leases = Leases()
        for name in "aba":
            leader = candidate(leases, name)
            await leader.acquire()
            await leader.release()
        assert leases.stored is not None
        assert leases.stored["spec"]["leaseTransitions"] == 3

    run_in_virtual_time(run())


def test_a_process_that_begins_anew_under_its_name_leads_at_once() -> None:
    async def run() -> None:
        leases = Leases()
        await candidate(leases, "a").acquire()
        await candidate(leases, "a").acquire()
        assert now() == 0.0

    run_in_virtual_time(run())


def test_who_does_not_lead_gives_nothing_back() -> None:
    async def run() -> None:
        leases = Leases()
        await candidate(leases, "a").acquire()
        await candidate(leases, "b").release()
        assert leases.held[-1][1] == "a"

    run_in_virtual_time(run())


def test_a_lease_that_cannot_be_given_back_does_not_hold_up_the_end() -> None:
    async def run() -> None:
        leases = Leases()
        first = candidate(leases, "a")
        await first.acquire()
        leases.fault = hanging
        await first.release()

    run_in_virtual_time(run())
