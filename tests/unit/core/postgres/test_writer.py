import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from concurrent.futures import Future
from types import SimpleNamespace

import pytest
from psycopg import errors

from telemetry.core.outcomes import Outcome
from telemetry.core.ports import Saturated, Unavailable
from telemetry.core.postgres import writer as module
from telemetry.core.postgres.lane import ConnectionLostError
from telemetry.core.postgres.writer import LANES, PostgresWriter
from telemetry.core.tracing.context import carry
from telemetry.core.tracing.spans import use_recorder
from telemetry_contract.readings import Reading
from tests.support.spans import Recorded, traceparent
from tests.support.waiting import wait_until_async

SECONDS = 60.0  # far more than any test takes on a busy machine
READING = Reading("pump-1", 0, {"n": 1})


class HeldLane:
    """Stores what it is given when the test says so."""

    def __init__(self, *_: object, **__: object) -> None:
        self.groups: list[tuple[Sequence[Reading], Future[list[Outcome]]]] = []
        self.aborted = False

    def submit(self, readings: Sequence[Reading]) -> Future[list[Outcome]]:
        self.groups.append((readings, Future()))
        return self.groups[-1][1]

    def ping(self) -> Future[None]:
        away: Future[None] = Future()
        away.set_exception(ConnectionLostError("away"))
        return away

    def store(self) -> None:
        readings, future = self.groups[-1]
        future.set_result([Outcome.STORED] * len(readings))

    def fail(self, error: Exception) -> None:
        self.groups[-1][1].set_exception(error)

    def distrust(self) -> None: ...

    def abort(self) -> None:
        self.aborted = True

    def close(self, timeout: float) -> None: ...


@pytest.fixture
async def writer(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[PostgresWriter]:
    monkeypatch.setattr(module, "Lane", HeldLane)
    monkeypatch.setattr(module, "GROUP_READINGS", 10)
    monkeypatch.setattr(module, "WAITING_READINGS", 15)
    opened = PostgresWriter("", retention=1, seconds=SECONDS)
    yield opened
    await opened.close()


def is_free(writer: PostgresWriter, lane: HeldLane) -> bool:
    return id(lane) in map(id, writer._free)


async def turn() -> None:
    for _ in range(10):
        await asyncio.sleep(0)


async def begin(writer: PostgresWriter, count: int = 1) -> asyncio.Task[list[Outcome]]:
    """Begin a request of so many readings, as far as it comes by itself."""
    task = asyncio.ensure_future(writer.write([READING] * count))
    await turn()
    return task


def lanes_of(writer: PostgresWriter) -> list[HeldLane]:
    """Return the lanes in the order in which they are taken."""
    return list(reversed(writer._lanes))  # type: ignore[arg-type] # the fixture made them


async def test_what_comes_while_all_lanes_are_busy_is_the_next_group(writer: PostgresWriter) -> None:
    first, second = lanes_of(writer)
    tasks = [await begin(writer) for _ in range(5)]
    assert (len(first.groups), len(second.groups)) == (1, 1)
    first.store()
    await tasks[0]
    await turn()
    assert len(first.groups[1][0]) == 3
    first.store()
    second.store()
    assert await asyncio.gather(*tasks) == [[Outcome.STORED]] * 5


async def test_a_group_is_no_larger_than_its_bound(writer: PostgresWriter) -> None:
    first, second = lanes_of(writer)
    tasks = [await begin(writer, count) for count in (1, 1, 6, 4, 5)]
    first.store()
    await turn()
    assert len(first.groups[1][0]) == 10
    second.store()
    await turn()
    assert len(second.groups[1][0]) == 5
    first.store()
    second.store()
    await asyncio.gather(*tasks)


async def test_more_than_may_wait_is_refused_at_once(writer: PostgresWriter) -> None:
    for _ in range(LANES + 1):
        await begin(writer, 6)
    with pytest.raises(Saturated):
        await writer.write([READING] * 10)


async def test_a_turn_that_comes_too_late_is_none(writer: PostgresWriter, monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = lanes_of(writer)
    tasks = [await begin(writer) for _ in range(2)]
    late = await begin(writer)
    later = SimpleNamespace(monotonic=lambda: time.monotonic() + 0.75 * SECONDS)
    monkeypatch.setattr(module, "time", later)  # by more than the half that a request may wait
    timely = await begin(writer)
    first.store()
    await turn()
    first.store()
    second.store()
    assert await asyncio.gather(*tasks, timely) == [[Outcome.STORED]] * 3
    with pytest.raises(Saturated):
        await late


async def test_a_connection_lost_is_told_and_then_everybody_is_refused_at_once(writer: PostgresWriter) -> None:
    task = await begin(writer)
    lanes_of(writer)[0].fail(ConnectionLostError("gone"))
    with pytest.raises(Unavailable, match="stored or not"):
        await task
    with pytest.raises(Unavailable, match="away"):
        await writer.write([READING])


async def test_a_refusal_of_one_group_is_not_an_outage(writer: PostgresWriter) -> None:
    task = await begin(writer)
    lane = lanes_of(writer)[0]
    lane.fail(errors.DiskFull())
    with pytest.raises(Unavailable, match="cannot store"):
        await task
    task = await begin(writer)
    lane.store()
    assert await task == [Outcome.STORED]


async def test_after_the_deadline_a_lane_is_broken_off(writer: PostgresWriter, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "TURN_SHARE", 1000)  # its turn comes in time, however late that is
    monkeypatch.setattr(writer, "_seconds", 0.05)
    task = await begin(writer)
    with pytest.raises(Unavailable):
        await task
    lane = lanes_of(writer)[0]
    assert lane.aborted
    assert not is_free(writer, lane), "its thread is not back yet"
    lane.fail(ConnectionLostError("broken off"))

    async def is_back() -> bool:
        return is_free(writer, lane)

    await wait_until_async(is_back, what="the lane is free again")


async def test_a_groups_span_is_linked_to_the_requests_that_it_commits(writer: PostgresWriter) -> None:
    recorded = Recorded()
    use_recorder(recorded.recorder)
    try:
        await begin_and_store(writer)
    finally:
        use_recorder(None)
    assert [f"{link.context.span_id:016x}" for link in recorded.span.links] == ["1" * 16, "2" * 16]


async def begin_and_store(writer: PostgresWriter) -> None:
    """Let two requests be committed together, each of a trace of its own."""

    async def request(span: str) -> list[Outcome]:
        carry(traceparent(span=span))
        return await writer.write([READING])

    requests = [asyncio.ensure_future(request(span * 16)) for span in "12"]
    await turn()
    lanes_of(writer)[0].store()
    await asyncio.gather(*requests)
