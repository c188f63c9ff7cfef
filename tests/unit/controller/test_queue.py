import asyncio
from collections.abc import Awaitable, Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telemetry_operator.controller.queue import Visit, WorkQueue
from telemetry_operator.controller.schedule import Outcome, Pace, PlatformName
from tests.support.virtual_time import run_in_virtual_time

PACE = Pace(resync=300, settle=0.1, gap=1, first_backoff=1, longest_backoff=120, failed_gap=5)
ONE = PlatformName("default", "one")
TWO = PlatformName("default", "two")

Script = Callable[[WorkQueue], Awaitable[None]]


def play(visit: Visit, script: Script, *, concurrency: int = 2, visit_seconds: float = 60.0) -> None:
    """Run a queue in virtual time while the script plays, and close it."""

    async def run() -> None:
        clock = asyncio.get_running_loop().time
        queue = WorkQueue(visit, pace=PACE, concurrency=concurrency, visit_seconds=visit_seconds, clock=clock)
        running = asyncio.create_task(queue.run())
        await script(queue)
        await queue.close()
        await running

    run_in_virtual_time(run())


class Visits:
    """Visits that take a while, and what they saw."""

    def __init__(self, seconds: float = 1.0, *, failures: int = 0) -> None:
        self.seconds = seconds
        self.failures = failures
        self.begun: list[tuple[float, PlatformName]] = []
        self.under_way: list[PlatformName] = []
        self.most = 0

    async def __call__(self, platform: PlatformName) -> Outcome:
        assert platform not in self.under_way
        self.begun.append((asyncio.get_running_loop().time(), platform))
        self.under_way.append(platform)
        self.most = max(self.most, len(self.under_way))
        try:
            await asyncio.sleep(self.seconds)
        finally:
            self.under_way.remove(platform)
        if len(self.begun) <= self.failures:
            raise RuntimeError("the API server said no")
        return Outcome()


def put_then_wait(*platforms: PlatformName, seconds: float) -> Script:
    async def script(queue: WorkQueue) -> None:
        for platform in platforms:
            queue.put(platform)
        await asyncio.sleep(seconds)

    return script


def test_platforms_are_visited_side_by_side() -> None:
    visits = Visits()
    play(visits, put_then_wait(ONE, TWO, seconds=10))
    assert visits.most == 2
    assert [platform for _, platform in visits.begun] == [ONE, TWO]


def test_no_more_are_visited_at_once_than_allowed() -> None:
    visits = Visits()
    play(visits, put_then_wait(*(PlatformName("n", str(each)) for each in range(9)), seconds=20), concurrency=3)
    assert (visits.most, len(visits.begun)) == (3, 9)


def test_a_change_during_a_visit_leads_to_another() -> None:
    visits = Visits(seconds=3)

    async def script(queue: WorkQueue) -> None:
        queue.put(ONE)
        await asyncio.sleep(2)
        queue.put(ONE)
        await asyncio.sleep(10)

    play(visits, script)
    assert len(visits.begun) == 2


def test_a_visit_that_fails_is_tried_again() -> None:
    visits = Visits(failures=3)
    play(visits, put_then_wait(ONE, seconds=30))
    assert len(visits.begun) == 4


def test_one_platform_that_fails_does_not_stop_the_others() -> None:
    seen = []

    async def visit(platform: PlatformName) -> Outcome:
        seen.append(platform)
        return Outcome(failed=platform == ONE)

    play(visit, put_then_wait(ONE, TWO, seconds=1))
    assert TWO in seen


def test_a_visit_without_an_end_is_given_up_and_tried_again() -> None:
    visits = Visits(seconds=1e6)
    play(visits, put_then_wait(ONE, seconds=200), visit_seconds=60)
    assert len(visits.begun) > 2


def test_a_platform_at_rest_is_looked_at_again_now_and_then() -> None:
    visits = Visits()
    play(visits, put_then_wait(ONE, seconds=1000))
    assert 4 <= len(visits.begun) <= 5


def test_closing_lets_a_short_visit_end() -> None:
    ended = []

    async def visit(platform: PlatformName) -> Outcome:
        await asyncio.sleep(2)
        ended.append(platform)
        return Outcome()

    play(visit, put_then_wait(ONE, seconds=1))
    assert ended == [ONE]


def test_closing_does_not_wait_for_a_long_visit() -> None:
    visits = Visits(seconds=50)
    play(visits, put_then_wait(ONE, seconds=1))
    assert visits.under_way == []


def test_abandoning_ends_visits_where_they_stand() -> None:
    visits = Visits(seconds=50)

    async def script(queue: WorkQueue) -> None:
        await put_then_wait(ONE, seconds=1)(queue)
        queue.abandon()
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        assert visits.under_way == []

    play(visits, script)


def test_a_queue_that_moves_is_not_stuck() -> None:
    async def script(queue: WorkQueue) -> None:
        await put_then_wait(ONE, TWO, seconds=500)(queue)
        assert queue.stuck(1) is None

    play(Visits(), script)


def test_an_idle_queue_is_not_stuck() -> None:
    async def script(queue: WorkQueue) -> None:
        await asyncio.sleep(1e6)
        assert queue.stuck(1) is None

    play(Visits(), script)


def test_a_queue_that_nothing_takes_from_is_stuck() -> None:
    async def run() -> str | None:
        queue = WorkQueue(Visits(), pace=PACE, clock=asyncio.get_running_loop().time)
        queue.put(ONE)
        await asyncio.sleep(100)
        return queue.stuck(60)

    assert "waited 100 s" in str(run_in_virtual_time(run()))


def test_a_visit_that_cannot_even_be_given_up_is_a_queue_that_is_stuck() -> None:
    async def visit(_: PlatformName) -> Outcome:
        end = asyncio.get_running_loop().time() + 1000
        while asyncio.get_running_loop().time() < end:
            try:
                await asyncio.sleep(10)
            except asyncio.CancelledError:
                continue
        return Outcome()

    async def script(queue: WorkQueue) -> None:
        await put_then_wait(ONE, seconds=300)(queue)
        assert "under way for 300 s" in str(queue.stuck(60))

    play(visit, script, visit_seconds=60)


changes = st.lists(st.tuples(st.floats(0, 20), st.sampled_from([ONE, TWO])), max_size=20)


@given(changes=changes, seconds=st.floats(0, 5), failures=st.integers(0, 5), concurrency=st.integers(1, 3))
def test_no_change_is_lost_and_no_platform_visited_twice_at_once(
    changes: list[tuple[float, PlatformName]], seconds: float, failures: int, concurrency: int
) -> None:
    visits = Visits(seconds, failures=failures)
    put: list[tuple[float, PlatformName]] = []

    async def script(queue: WorkQueue) -> None:
        for wait, platform in changes:
            await asyncio.sleep(wait)
            queue.put(platform)
            put.append((asyncio.get_running_loop().time(), platform))
        await asyncio.sleep(60)

    play(visits, script, concurrency=concurrency)
    for moment, platform in put:
        assert any(begun >= moment and platform == visited for begun, visited in visits.begun)


@pytest.mark.parametrize("count", [0, 1, 3])
def test_depth_counts_those_that_wait(count: int) -> None:
    async def run() -> int:
        queue = WorkQueue(Visits(), pace=PACE, clock=asyncio.get_running_loop().time)
        for each in range(count):
            queue.put(PlatformName("n", str(each)))
        await asyncio.sleep(1)
        return queue.depth()

    assert run_in_virtual_time(run()) == count
